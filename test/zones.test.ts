/** The host's zone decides nothing (spec 5.1, threat 81). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

async function under(
  zone: string,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: zone },
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

/** Where two documents differ, by path: the whole of them is too much to print. */
function differences(one: unknown, other: unknown, path = ''): readonly string[] {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return one === other ? [] : [`${path}: ${JSON.stringify(one)} | ${JSON.stringify(other)}`];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  const of = (from: object, key: string) => (from as Readonly<Record<string, unknown>>)[key];
  return [...keys].flatMap((key) => differences(of(one, key), of(other, key), `${path}.${key}`)).slice(0, 10);
}

const zones = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati'];

it('two weeks of a desk and a year of the calendar come out the same under four zones', {
  timeout: 300_000,
}, async () => {
  const live = (zone: string) => under(zone, ['--import', 'tsx', 'test/zone-life.ts']);
  const lives = [
    ...(await Promise.all(zones.slice(0, 2).map(live))),
    ...(await Promise.all(zones.slice(2).map(live))),
  ];
  expect(lives.map(({ code, err }) => ({ code, err }))).toEqual(zones.map(() => ({ code: 0, err: '' })));
  const [first] = lives.map(({ out }) => JSON.parse(out));
  // It really lived: letters left, some of them late, and threads went on.
  expect(first.letters.length).toBeGreaterThan(20);
  expect(
    first.messages.filter((one: { outcome: string }) => one.outcome === 'ticket-continued').length,
  ).toBeGreaterThan(5);
  for (const { out } of lives.slice(1)) expect(differences(first, JSON.parse(out))).toEqual([]);
});

it.each(['America/New_York', 'Pacific/Kiritimati'])(
  'the tests of calendar and threads pass on a host in %s',
  { timeout: 300_000 },
  async (zone) => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { code, out, err } = await under(zone, [
      vitest,
      'run',
      'src/calendar',
      'src/ticket',
      'test/threads.test.ts',
    ]);
    expect({ code, failed: /^.*FAIL.*$/m.exec(out + err)?.[0] }).toEqual({ code: 0, failed: undefined });
  },
);
