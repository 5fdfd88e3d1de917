/** The morning list through the whole daemon: once on each business day, and what is told there alone. */
import { afterEach, expect, it } from 'vitest';
import { mail, opened, startTrial, type Trial } from './trial.ts';

const staff = 'suzuki@example.jp';
let trial: Trial;
afterEach(() => trial[Symbol.asyncDispose]());

async function start(now: string): Promise<void> {
  trial = await startTrial({
    now,
    yaml: `digest: { overdueHours: 8 }\nstaff: [{ name: 鈴木, address: ${staff} }]\nauthservId: mx.example.jp\n`,
  });
}
async function toStaff(since = 0) {
  const found = [];
  for (const one of trial.arrivals.slice(since).filter(({ to }) => to === staff))
    found.push({ at: one.at, ...(await opened(one.raw)) });
  return found;
}
const subjects = async (since = 0) =>
  (await toStaff(since)).map(({ subject }) => subject.replace(/\[R-.*/, ''));

it('Friday to Tuesday: once at 8:45, whatever restarts happen, and not on days off', async () => {
  await start('2026-11-20T10:00:00');
  await trial.send(mail());
  await trial.send(mail({ from: 'kato@sample.example.jp', text: '番号を忘れました\n' }));
  await trial.send(
    mail({ from: 'ad@promo.example.jp', text: 'お得な情報\n', headers: ['List-Id: <x.promo.example.jp>'] }),
  );
  // The list of today was due at 8:45; the daemon was not there, so it came when it started.
  expect(await subjects()).toEqual(['【朝の一覧】11/20(金) 新規 0 追信 0 要確認 0 番号待ち 0', '【新規】']);
  for (const time of [
    '2026-11-21T08:45:00',
    '2026-11-22T12:00:00',
    '2026-11-23T08:45:00',
    '2026-11-24T08:44:59',
  ])
    await trial.goTo(time);
  expect(await subjects()).toHaveLength(2);
  await trial.goTo('2026-11-24T08:45:00');
  await trial.restart();
  await trial.goTo('2026-11-24T08:46:00');
  await trial.goTo('2026-11-24T17:29:00');
  const lists = (await toStaff()).filter(({ subject }) => subject.startsWith('【朝の一覧】'));
  expect(lists).toHaveLength(2);
  const [, tuesday] = lists;
  expect(tuesday).toMatchObject({
    at: '2026-11-23T23:45:00.000Z',
    subject: '【朝の一覧】11/24(火) 新規 1 追信 0 要確認 0 番号待ち 1',
  });
  expect(tuesday!.text).toContain(
    '11/20(金) 10:00 以降に届いたもの 3件\n(休業 11/21(土)～11/23(月) をはさむ)',
  );
  expect(tuesday!.text).toMatch(/R-20261120-0001 {2}未回答 {2}営業 6時間 {2}―\n {4}株式会社サンプル商事/);
  expect(tuesday!.text).toMatch(/迷惑・広告と思われるもの {2}1件/);
  expect(tuesday!.text).toContain('ad@promo.example.jp');
  const head = trial.arrivals
    .find(({ at, to }) => to === staff && at === tuesday!.at)!
    .raw.toString('latin1');
  expect(head).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(head).toMatch(/^X-Auto-Response-Suppress: All\r$/m);
});

it('missed at 8:45 it is made up for with the true time, before the desk closes', async () => {
  await start('2026-11-24T10:12:00');
  await trial.goTo('2026-11-24T10:12:00');
  const [list, ...more] = await toStaff();
  expect(more).toEqual([]);
  expect(list!.subject).toContain('11/24(火)');
  expect(list!.text).toContain('10:12 現在');
  await trial[Symbol.asyncDispose]();
  await start('2026-11-24T17:30:00');
  await trial.goTo('2026-11-24T23:00:00');
  expect(await toStaff()).toEqual([]);
});

it('a list that could not leave on its day is not sent on the next, which tells the same and more', async () => {
  await start('2026-11-24T08:30:00');
  trial.sink.fail({ at: 'rcpt', does: { kind: 'reply', code: 451 }, times: Number.POSITIVE_INFINITY });
  await trial.goTo('2026-11-24T08:45:00');
  await trial.send(mail());
  await trial.goTo('2026-11-25T08:00:00');
  trial.sink.heal();
  await trial.goTo('2026-11-25T08:45:00');
  const lists = (await toStaff()).filter(({ subject }) => subject.startsWith('【朝の一覧】'));
  expect(lists.map(({ subject }) => subject.slice(0, 15))).toEqual(['【朝の一覧】11/25(水) ']);
});

it('what waits for its number or is suspected is told there alone; a registered sender is told at once', async () => {
  await start('2026-11-20T17:40:00');
  const since = trial.arrivals.length;
  const absent = ['X-Auto-Response-Suppress: All'];
  const kato = 'kato@sample.example.jp';
  const held = await trial.send(mail({ from: kato, text: '番号を忘れました\n' }));
  const advert = 'CL-1234-5678\n\n特売のお知らせ\n';
  await trial.send(mail({ from: 'x@elsewhere.example.jp', text: advert, headers: absent }));
  expect(await subjects(since)).toEqual([]);
  await trial.send(mail({ from: kato, text: 'CL-1234-5678\n\n起動しません\n', headers: absent }));
  expect(await subjects(since)).toEqual(['【新規】']);
  // Who answers our request without a number waits for a person.
  const inReplyTo = [`In-Reply-To: ${held.messageId}`];
  await trial.send(mail({ from: kato, text: '番号が分かりません\n', headers: inReplyTo }));
  expect(await subjects(since)).toEqual(['【新規】', '【番号なし】']);
  await trial.goTo('2026-11-24T08:45:00');
  const list = (await toStaff(since)).at(-1)!;
  expect(list.subject).toContain('番号待ち 1');
  expect(list.text).toMatch(/番号待ち {4}1件\n {2}R-20261120-0001 {2}kato@sample\.example\.jp\n/);
  expect(list.text).toContain('x@elsewhere.example.jp');
});
