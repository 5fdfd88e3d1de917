/** What monitors are told of the daemon (spec 7): is it alive, is it ready, how much waits; and nothing of a customer. */
import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { notReady } from '../src/status.ts';
import { openStatusServer } from '../src/status-server.ts';
import { mail, startTrial, type Trial } from './trial.ts';

const open: { [Symbol.asyncDispose](): PromiseLike<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

const yaml = 'http: { listen: "127.0.0.1:0" }\nstaff: [{ name: 鈴木, address: suzuki@example.jp }]\n';
async function start(now = '2026-11-02T10:00:00', more = ''): Promise<Trial> {
  const trial = await startTrial({ now, yaml: yaml + more });
  open.push(trial);
  return trial;
}
function get(port: number, path: string, method = 'GET') {
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}
const sample = (text: string, name: string) =>
  Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1] ?? Number.NaN);

describe('a daemon with http.listen', () => {
  it('is alive and ready, and counts what waits, what went wrong and what it did', async () => {
    const trial = await start('2026-11-02T17:40:00');
    const { httpPort } = trial.daemon;
    expect(await get(httpPort, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(await get(httpPort, '/readyz')).toMatchObject({ status: 200, text: 'ready\n' });
    await trial.send(mail());
    await trial.send(mail({ from: 'kato@sample.example.jp', text: '番号を忘れました。' }));
    await trial.send(mail({ headers: ['Auto-Submitted: auto-replied'] }), '');
    const { text, type } = await get(httpPort, '/metrics');
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const told = {
      uketsuke_up: 1,
      uketsuke_database_up: 1,
      'uketsuke_messages_waiting{lane="mail"}': 0,
      'uketsuke_messages_waiting{lane="fax"}': 0,
      'uketsuke_oldest_unread_age_seconds{lane="mail"}': 0,
      'uketsuke_messages_total{outcome="ticket-opened"}': 1,
      'uketsuke_messages_total{outcome="held"}': 1,
      'uketsuke_messages_total{outcome="ignored"}': 1,
      'uketsuke_letters{state="queued"}': 2,
      'uketsuke_letters{state="failed"}': 0,
      uketsuke_letters_due: 0,
      'uketsuke_tickets{state="open"}': 1,
      'uketsuke_tickets{state="awaiting-number"}': 1,
      uketsuke_messages_quarantined: 0,
    };
    for (const [name, value] of Object.entries(told))
      expect([name, sample(text, name)]).toEqual([name, value]);
    expect(sample(text, 'uketsuke_calendar_known_days')).toBeGreaterThan(100);
    expect(sample(text, 'uketsuke_disk_free_bytes')).toBeGreaterThan(1e6);
    expect(text).toMatch(
      /^uketsuke_build_info\{version="\d+\.\d+\.\d+",node="v\d+.*",database="sqlite"\} 1$/m,
    );
    expect(
      text
        .split('\n')
        .filter((line) => !/^(#|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? \S+$)/.test(line)),
    ).toEqual(['']);
    // The morning after: due and not sent, because the relay is away.
    trial.sink.fail({ at: 'rcpt', does: { kind: 'reply', code: 450 }, times: Number.POSITIVE_INFINITY });
    await trial.goTo('2026-11-04T09:00:00');
    const later = (await get(httpPort, '/metrics')).text;
    expect(sample(later, 'uketsuke_letters_retried')).toBeGreaterThan(0);
    expect(sample(later, 'uketsuke_letters_total{state="later"}')).toBeGreaterThan(0);
  });

  it('says nothing of customers, on any page', async () => {
    const trial = await start();
    await trial.send(mail({ subject: '機密の件', from: 'sato@sample.example.jp' }));
    for (const path of ['/metrics', '/readyz', '/healthz', '/sato', '/metrics?sato=1'])
      expect((await get(trial.daemon.httpPort, path)).text).not.toMatch(
        /sato|機密|CL-|R-2026|example\.jp|suzuki/,
      );
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/constructor', 404],
    ['GET', '/metrics?x=1', 200],
    ['HEAD', '/metrics', 200],
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const trial = await start();
    expect((await get(trial.daemon.httpPort, path, method)).status).toBe(status);
  });

  it('is gone with the daemon, at once, whoever holds a connection', async () => {
    const trial = await start();
    const { httpPort } = trial.daemon;
    const held = request({ host: '127.0.0.1', port: httpPort, path: '/metrics', agent: false });
    held.on('error', () => {});
    held.flushHeaders();
    const begun = performance.now();
    await trial.restart();
    expect(performance.now() - begun).toBeLessThan(8_000);
    await expect(get(httpPort, '/healthz')).rejects.toThrow('ECONNREFUSED');
    expect(await get(trial.daemon.httpPort, '/healthz')).toMatchObject({ status: 200 });
  });

  it('off by default: nothing listens', async () => {
    const trial = await startTrial({ now: '2026-11-02T10:00:00' });
    open.push(trial);
    expect(trial.daemon.httpPort).toBe(0);
  });
});

describe('not ready', () => {
  const now = new Date('2026-11-02T01:00:00Z');
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  it.each([
    ['never looked at', null, ['mailbox cltech has not been looked at yet']],
    ['a minute ago', ago(60), []],
    ['four minutes ago', ago(240), ['mailbox cltech was last looked at 240 s ago']],
  ])('a mailbox %s', async (_what, at, expected) => {
    const trial = await start();
    expect(await notReady(trial.daemon.desk, new Map([['cltech', at]]), now)).toEqual(expected);
  });

  it('a database that is gone: not ready, still alive, and what else is known is told', async () => {
    const trial = await start();
    const { httpPort } = trial.daemon;
    const { overview } = trial.daemon.desk.store;
    Object.assign(overview, { gauges: () => Promise.reject(new Error('postgres://u:secret@h is away')) });
    const { status, text } = await get(httpPort, '/readyz');
    expect(status).toBe(503);
    expect(text).toBe('not ready\nthe database does not answer\n');
    const told = (await get(httpPort, '/metrics')).text;
    expect(sample(told, 'uketsuke_database_up')).toBe(0);
    expect(sample(told, 'uketsuke_disk_free_bytes')).toBeGreaterThan(1e6);
    expect(told).not.toMatch(/secret|uketsuke_letters_due/);
    expect((await get(httpPort, '/healthz')).status).toBe(200);
  });

  it('however many ask, the store is asked once', async () => {
    let asked = 0;
    const metrics = async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'x 1\n';
    };
    const server = await openStatusServer('127.0.0.1:0', { ready: async () => [], metrics });
    open.push(server);
    await Promise.all(Array.from({ length: 20 }, () => get(server.port, '/metrics')));
    expect(asked).toBeLessThan(4);
  });
});

it('a port in use, a port below 1024 and an address that is not ours are told with the setting', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => taken.close(resolve)) });
  const { port } = taken.address() as { port: number };
  const ask = { ready: async () => [], metrics: async () => '' };
  await expect(openStatusServer(`127.0.0.1:${port}`, ask)).rejects.toThrow(
    `cannot serve http.listen on 127.0.0.1:${port}: another program has this port: stop it, or choose another port in http.listen`,
  );
  await expect(openStatusServer('192.0.2.1:8025', ask)).rejects.toThrow('this machine has no such address');
  expect(loadConfig(null, { env: {}, cwd: '/nowhere' }).http.listen).toBeUndefined();
});
