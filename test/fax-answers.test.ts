/** Letters that leave by fax: to a registered number only, as a PDF to the gateway, and what the gateway reports (spec 5.2, 5.3). */
import { simpleParser } from 'mailparser';
import { PDFParse } from 'pdf-parse';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { audit } from '../src/desk/audit.ts';
import { faxPage, hylafaxMail } from './fax-mail.ts';
import { keptFaxReader } from './kept-fax-reader.ts';
import { header, type StaffDesk, startStaffDesk, suzuki } from './staff-desk.ts';
import { type Arrival, mail } from './trial.ts';

/** Each fax takes some seconds of a core; a busy machine may have none to spare. */
vi.setConfig({ testTimeout: 240_000 });

const head =
  'number,customer,product,purchased_on,period_start,period_end,status,customised,contact_name,contact_email,contact_fax,contact_phone,contact_department,contact_company';
/** Reached by fax alone; the number of `cover-fine.tif`. */
const paperOnly = `${head}
CL-4180-2537,みどり製紙株式会社,ChatLuck,2025-03-20,2025-04-01,2027-03-31,active,no,青山 晴子,,03-5550-0142,,総務部,みどり製紙株式会社`;
const withMail = paperOnly.replace('青山 晴子,,', '青山 晴子,aoyama@midori.example.jp,');
const gateway =
  'faxGateways: [{ name: hylafax, from: faxmaster@fax.example.jp, layout: hylafax, send: "{number}@fax.example.jp" }]\n';
const paper = '0355500142@fax.example.jp';

const faxReader = keptFaxReader();
let desk: StaffDesk;
const start = async (now: string, csv = paperOnly, yaml = gateway) => {
  desk = await startStaffDesk(now, 'none', yaml, { csv, faxReader });
};
afterEach(async () => {
  const found = await audit(desk.trial.daemon.desk);
  expect(found.contradictions).toEqual([]);
  expect(found.balanced).toBe(true);
  await desk.trial[Symbol.asyncDispose]();
});

/** The sheets of a fax, each as its text without the spaces that only place it. */
async function sheetsOf({ raw }: Arrival): Promise<readonly string[]> {
  const { attachments, text } = await simpleParser(raw);
  expect((text ?? '').trim()).toBe('');
  expect(attachments.map(({ contentType }) => contentType)).toEqual(['application/pdf']);
  const parser = new PDFParse({ data: new Uint8Array(attachments[0]!.content) });
  const { pages } = await parser.getText({ pageJoiner: '' });
  await parser.destroy();
  return pages.map((page) => page.text);
}
const faxIn = (over: Parameters<typeof hylafaxMail>[0] = {}) =>
  desk.trial.send(hylafaxMail({ caller: '0355500142', ...over }));

describe('a customer who is reached by fax alone', () => {
  it('gets the acknowledgement, and on Monday the answer given on Friday evening, as sheets', async () => {
    await start('2026-11-13T16:00:00');
    const message = await faxIn();
    expect(message).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
    expect(desk.customers().map(({ recipients }) => recipients)).toEqual([[paper]]);
    const [page, ...more] = await sheetsOf(desk.to(paper)[0]!);
    expect(more).toEqual([]);
    for (const words of [
      'FAX受信のお知らせ',
      '青山 晴子 様',
      '03-5550-0142',
      'R-20261113-0001',
      '2026年11月13日(金) 16:00',
      '1枚',
      '全1枚(本紙のみ)',
    ])
      expect(page).toContain(words);
    expect(page).not.toContain('CL-4180');

    expect((await desk.last(suzuki)).text).toContain('宛先 To FAX 03-5550-0142');
    await desk.trial.goTo('2026-11-13T20:00:00');
    const body = '設定ファイルの12行目をご確認ください。\nサービスの再起動が必要です。';
    await desk.reply(`#回答\n${body}\n`);
    expect((await desk.last(suzuki)).text).toContain('宛先: To FAX 03-5550-0142');
    await desk.trial.goTo('2026-11-16T08:59:59');
    expect(desk.to(paper)).toHaveLength(1);
    await desk.trial.goTo('2026-11-16T09:00:00');
    const answer = (await sheetsOf(desk.to(paper)[1]!)).join('\n');
    for (const words of [
      ...body.split('\n'),
      'お問合せへのご回答',
      '鈴木です。',
      '2026年11月16日(月) 9:00',
      'FAXまたは電子メール',
    ])
      expect(answer).toContain(words);
    expect(answer).not.toContain('このメールにご返信');
    expect(answer).not.toContain('お客様からのお問合せ');
    expect(await desk.ticket(message)).toMatchObject({ state: 'answered', firstAnswerMinutes: 90 });
    expect(header(desk.to(paper)[1]!, 'Subject')).not.toMatch(/CL-/);

    // What the gateway says became of it.
    const report = (subject: string, text: string) =>
      desk.trial.send(mail({ from: 'faxmaster@fax.example.jp', subject, text }));
    const done = await report('facsimile job 7 to 0355500142 completed', 'completed successfully.');
    expect(done).toMatchObject({
      outcome: 'bounce-recorded',
      reason: 'fax delivered',
      ticketId: message.ticketId,
    });
    expect((await desk.ticket(message)).state).toBe('answered');
    const failed = await report('facsimile job 7 to 0355500142 failed', 'Your job failed because: Busy');
    expect(failed).toMatchObject({ reason: 'fax failed', ticketId: message.ticketId });
    expect((await desk.ticket(message)).state).toBe('open');
    const told = await desk.last(suzuki);
    expect(told.subject).toContain('【不達】');
    expect(told.text).toContain('回答(FAX 03-5550-0142 宛)');
    expect(desk.to(paper)).toHaveLength(2);
  });

  it('is asked to send the page again when no number was found on it', async () => {
    await start('2026-11-16T10:00:00');
    const message = await faxIn({ files: [faxPage('cover-without-number.tif')] });
    expect(message).toMatchObject({ outcome: 'held', reason: 'missing' });
    const [page] = await sheetsOf(desk.to(paper)[0]!);
    expect(page).toContain('FAX再送のお願い');
    expect(page).toContain('cltech@example.jp');
    // A reminder by fax would be one page too many.
    expect((await desk.trial.letters()).map(({ kind }) => kind)).toEqual(['request-number']);
  });

  it('gets nothing by itself when the caller is another, and no fax goes to a number nobody registered', async () => {
    await start('2026-11-16T10:00:00');
    await faxIn({ caller: '0459999999' });
    expect(desk.customers()).toEqual([]);
    await desk.reply('#回答\nお答えします。');
    expect((await desk.last(suzuki)).subject).toMatch(/^【差し戻し】/);
    // The registered number may be answered all the same, when a member of staff says so.
    await desk.reply('#回答\n#to FAX\n#至急\nお答えします。', { on: desk.to(suzuki)[0]! });
    await desk.trial.goTo('2026-11-16T10:05:00');
    expect(desk.customers().map(({ to }) => to)).toEqual([paper]);
  });
});

describe('a customer with mail and fax', () => {
  it('is answered by mail, or by fax where staff say so; files cannot go along', async () => {
    await start('2026-11-16T10:00:00', withMail);
    await faxIn();
    expect(desk.customers().map(({ to }) => to)).toEqual(['aoyama@midori.example.jp']);
    await desk.reply('#回答\n#至急\nメールです。');
    await desk.trial.goTo('2026-11-16T10:01:00');
    expect(desk.customers().at(-1)!.to).toBe('aoyama@midori.example.jp');
    await desk.reply('#回答\n#to ＦＡＸ\n#至急\nFAXです。', { on: desk.to(suzuki).at(-1)! });
    await desk.trial.goTo('2026-11-16T10:02:00');
    expect(desk.customers().at(-1)!.to).toBe(paper);
  });

  it('no gateway sends: the author is told', async () => {
    await start('2026-11-16T10:00:00', withMail, gateway.replace(', send: "{number}@fax.example.jp"', ''));
    await faxIn();
    await desk.reply('#回答\n#to FAX\nお答えします。');
    expect((await desk.last(suzuki)).text).toContain('FAXを送信する設定');
    expect(await desk.answers()).toEqual([]);
  });
});
