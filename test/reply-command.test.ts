/** `uketsuke reply` and `uketsuke templates` as an operator and as scripts meet them (spec 8). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, registry } from './trial.ts';
import { warmProgram } from './warm-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'uketsuke-reply-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inWarm = warmProgram();
async function run(clock: string, ...args: readonly string[]) {
  const all = ['--config', 'uketsuke.yaml', '--json', ...args];
  const { code, out, err } = await inWarm(folder, all, { UKETSUKE_CLOCK: clock });
  return { code, out: out === '' ? null : JSON.parse(out), err };
}

const friday = '2026-11-20T17:28:30';
const ref = 'R-20261120-0001';
beforeAll(async () => {
  const staff =
    '[{ name: 鈴木 一郎, address: suzuki@example.jp }, { name: 田中, address: tanaka@example.jp }]';
  writeFileSync(join(folder, 'uketsuke.yaml'), `dataDir: data\nstaff: ${staff}\n`);
  writeFileSync(join(folder, 'contracts.csv'), registry);
  writeFileSync(join(folder, 'one.eml'), mail());
  writeFileSync(join(folder, 'body.txt'), '\ufeff手順です。\r\n{{ ref }}\r\n');
  writeFileSync(join(folder, 'empty.txt'), '');
  expect((await run('2026-11-20T17:00:00', 'contracts', 'import', 'contracts.csv')).code).toBe(0);
  expect((await run('2026-11-20T17:00:00', 'intake', 'one.eml')).out[0].ticket).toBe(ref);
}, 60_000);

describe('reply', () => {
  it.each([
    [
      'an unknown ticket',
      1,
      ['R-20200101-0001', '--template', '標準', '--body-file', 'body.txt'],
      /no ticket/,
    ],
    ['an unknown template', 1, [ref, '--template', 'x', '--body-file', 'body.txt'], /型「x」はありません/],
    ['no text', 1, [ref, '--template', '標準', '--body-file', 'empty.txt'], /本文が必要/],
    ['no file', 1, [ref, '--template', '標準', '--body-file', 'nowhere.txt'], /nowhere\.txt/],
    ['no template', 2, [ref, '--body-file', 'body.txt'], /--template/],
    [
      'an unknown way',
      2,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--via', 'pigeon'],
      /mail, fax, phone/,
    ],
    [
      'a fax',
      1,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--via', 'fax'],
      /FAX番号がありません|FAXを送信する設定/,
    ],
    [
      'an unknown colleague',
      2,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--author', '山本'],
      /鈴木 一郎, 田中/,
    ],
    [
      'an address of ours',
      1,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--to', 'cltech@example.jp'],
      /当窓口/,
    ],
    [
      'no address',
      2,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--to', 'nobody'],
      /正しくありません/,
    ],
    [
      'an unknown setting',
      1,
      [ref, '--template', '標準', '--body-file', 'body.txt', '--set', 'a=b'],
      /設定「a」はありません/,
    ],
    [
      'a call without a word',
      1,
      [ref, '--template', '標準', '--body-file', 'empty.txt', '--via', 'phone'],
      /body is empty/,
    ],
  ])('%s: exit %i', async (_why, code, args, words) => {
    const ran = await run(friday, 'reply', ...args);
    expect(ran.err).toMatch(words);
    expect(ran.code).toBe(code);
    expect(
      (await run(friday, 'outbox', 'list')).out.filter((one: { kind: string }) => one.kind === 'answer'),
    ).toEqual([]);
  });

  it('queues the exact letter and says when it leaves; a second one is refused until it is taken back', async () => {
    const args = [
      'reply',
      ref,
      '--template',
      'パッチ',
      '--set',
      'patch=p1',
      '--body-file',
      'body.txt',
      '--author',
      '田中',
    ];
    const { code, out } = await run(friday, ...args);
    expect(code).toBe(0);
    expect(out).toMatchObject({
      ref,
      via: 'mail',
      to: ['sato@sample.example.jp'],
      cc: [],
      subject: expect.stringContaining(ref),
    });
    expect(out.notBefore).toBe('2026-11-24T09:00:00+09:00');
    expect(out.body).toContain('手順です。\n{{ ref }}\n');
    expect(out.body).toContain('窓口の田中です。');
    expect((await run(friday, ...args)).err).toContain('回答が先に預けられています(田中)');
    const confirmed = (await run(friday, 'outbox', 'list')).out.filter(
      (one: { kind: string }) => one.kind === 'confirmation',
    );
    expect(confirmed.map((one: { to: string }) => one.to)).toEqual([
      'tanaka@example.jp',
      'suzuki@example.jp',
    ]);
    expect((await run(friday, 'outbox', 'cancel', String(out.id))).code).toBe(0);
    const urgent = await run('2026-11-20T17:20:00', ...args, '--urgent');
    expect(urgent.out.notBefore).toMatch(/^2026-11-20T17:20:/);
    expect((await run('2026-11-20T17:21:00', 'outbox', 'run', '--once')).code).toBe(0);
    expect((await run('2026-11-20T17:22:00', 'tickets', 'show', ref)).out).toMatchObject({
      state: 'answered',
    });
  });

  it('logs a call', async () => {
    expect(
      (await run(friday, 'reply', ref, '--template', '標準', '--body-file', 'body.txt', '--via', 'phone'))
        .code,
    ).toBe(0);
    const { events } = (await run(friday, 'tickets', 'show', ref)).out;
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'phone-answer', reason: '手順です。\n{{ ref }}' }),
    );
    expect((await run(friday, 'audit')).code).toBe(0);
  });
});

describe('tickets new', () => {
  const fresh = (...args: readonly string[]) =>
    run(
      friday,
      'tickets',
      'new',
      '--subject',
      '電話での\r\nBcc: evil@example.jp お問合せ',
      '--body-file',
      'body.txt',
      ...args,
    );
  const lettersOf = async (of: string) =>
    (await run(friday, 'tickets', 'show', of)).out.letters.map((one: { kind: string }) => one.kind);

  it('by phone: nothing goes out by itself, staff are told', async () => {
    const { code, out } = await fresh(
      '--via',
      'phone',
      '--number',
      'ＣＬ－１２３４－５６７８',
      '--from',
      'kato@sample.example.jp',
      '--name',
      '加藤 次郎',
    );
    expect(code).toBe(0);
    expect(out).toMatchObject({ outcome: 'ticket-opened', reason: 'valid', number: 'CL-1234-5678' });
    const shown = (await run(friday, 'tickets', 'show', out.ref)).out;
    expect(shown).toMatchObject({
      channel: 'phone',
      state: 'open',
      subject: '電話での Bcc: evil@example.jp お問合せ',
    });
    expect(shown.messages[0]).toMatchObject({ fromName: '加藤 次郎', from: 'kato@sample.example.jp' });
    expect(await lettersOf(out.ref)).toEqual(['notification', 'notification']);
    const nameless = await fresh('--via', 'phone', '--number', 'CL-1234-5678');
    expect(nameless.out).toMatchObject({ outcome: 'ticket-opened', reason: 'valid (unverified)' });
  });

  it('by mail: the customer gets the acknowledgement', async () => {
    const { out } = await fresh(
      '--via',
      'mail',
      '--number',
      'CL-1234-5678',
      '--from',
      'kato@sample.example.jp',
    );
    expect(await lettersOf(out.ref)).toEqual(['acknowledgement', 'notification', 'notification']);
  });

  it.each([
    ['another way', ['--via', 'letter'], /phone, mail/],
    ['nobody', ['--via', 'mail'], /--from/],
    ['no address', ['--via', 'mail', '--from', 'a b@example.jp'], /--from/],
    ['no number', ['--via', 'phone', '--number', 'CL-1'], /--number/],
  ])('%s is refused', async (_why, args, words) => {
    const ran = await fresh(...args);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(words);
  });
});

describe('templates', () => {
  it('lists them, shows one by any of its names, and checks a draft by file and line', async () => {
    const { out } = await run(friday, 'templates', 'list');
    expect(out).toContainEqual(
      expect.objectContaining({
        name: 'answer-patch',
        titles: ['パッチ案内', 'パッチ'],
        settings: [
          { key: 'patch', required: true },
          { key: 'url', required: false },
        ],
      }),
    );
    const shown = (await run(friday, 'templates', 'show', 'パッチ')).out;
    expect(shown.text).toBe(
      readFileSync(join(import.meta.dirname, '../templates/answer-patch.liquid'), 'utf8'),
    );
    expect((await run(friday, 'templates', 'show', '存在しない')).code).toBe(1);
    expect(await run(friday, 'templates', 'check')).toMatchObject({ code: 0, out: [] });
    writeFileSync(join(folder, 'draft.liquid'), shown.text.replace('{{ patch }}', '{{ evil }}'));
    const checked = await run(friday, 'templates', 'check', 'draft.liquid');
    expect(checked.code).toBe(1);
    expect(checked.err).toMatch(/draft\.liquid:\d+: unknown slot evil/);
  });
});
