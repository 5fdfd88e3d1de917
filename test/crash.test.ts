/**
 * The daemon killed between every two steps (spec 7, threats 16–20): nothing lost, nothing doubled at the sink, the
 * audit balances. More of it: `npm run test:crash -- --kills 1000 --seed 7`.
 */
import { describe, expect, it } from 'vitest';
import { crash } from './crash/driver.ts';
import { steps } from './crash/steps.ts';
import { startPostgres } from './postgres.ts';

const timeout = 480_000;
/** A run that went wrong is repeated with `--seed`. */
const seed = Date.now() % 1_000_000;

describe('kill -9', () => {
  it('twice at every step, from the making of the store on: nothing lost, nothing doubled', {
    timeout,
  }, async () => {
    const kills = 2 * (steps.length - 1);
    const { failures, killsByStep, counts, intakes } = await crash({ kills, seed });
    expect({ seed, failures }).toEqual({ seed, failures: [] });
    for (const step of steps) expect(killsByStep[step]).toBe(2);
    expect(counts.tickets).toBe(counts.mails);
    expect(counts.rows).toBeGreaterThan(counts.mails);
    expect(intakes.runs).toBeGreaterThan(0);
  });

  it('on PostgreSQL, where work begun may outlive the process that began it', { timeout }, async () => {
    const postgres = await startPostgres();
    try {
      const database = await postgres.database('crash');
      const { failures } = await crash({
        kills: 8,
        seed,
        database,
        steps: ['opening', 'any', 'committed', 'stored', 'body-begun', 'answered', 'recorded', 'dot'],
      });
      expect({ seed, failures }).toEqual({ seed, failures: [] });
    } finally {
      await postgres.stop();
    }
  });
});

describe('the driver sees', () => {
  it('mail that was confirmed before it was stored', { timeout }, async () => {
    const { failures } = await crash({ kills: 2, seed, fault: 'lose', steps: ['arrived'] });
    expect(failures.join('\n')).toMatch(/decided 0 times[\s\S]*lost/);
  });

  it('mail that a mailbox counts as known and nobody ever accepted', { timeout }, async () => {
    const { failures } = await crash({ kills: 2, seed, fault: 'miss', steps: ['moved'] });
    expect(failures.join('\n')).toMatch(/still in INBOX[\s\S]*decided 0 times/);
  });

  it('a letter repeated although nobody knows whether it arrived', { timeout }, async () => {
    const { failures } = await crash({ kills: 2, seed, fault: 'double', steps: ['dot', 'answered'] });
    expect(failures.join('\n')).toMatch(/the letter <.*> arrived twice/);
  });
});
