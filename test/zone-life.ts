/** Prints every decision of two weeks of a desk as JSON: run under several values of TZ, it must print the same (threat 81). */
import { businessDaysBetween } from '../src/calendar/business-day.ts';
import { dayOf, isoJst, parseTime } from '../src/calendar/jst.ts';
import { check } from '../src/calendar/reception-hours.ts';
import { mail, opened, startTrial } from './trial.ts';

/** Beside the edges of the desk those where a zone of the test changes its clocks or its date. */
const times = [
  '2026-10-30T17:29:30',
  '2026-11-01T14:59:59',
  '2026-11-01T15:00:00',
  '2026-11-02T00:00:00',
  '2026-11-02T09:00:00',
  '2026-11-02T11:59:30',
  '2026-11-02T23:59:59',
  '2026-11-04T09:00:00',
  '2026-11-06T09:30:00',
  '2026-11-16T10:00:00',
];
await using trial = await startTrial({
  now: '2026-10-30T10:00:00',
  yaml: 'digest: { overdueHours: 8 }\nstaff: [{ name: 鈴木, address: suzuki@example.jp }]\n',
});
let serial = 0;
const write = (from: string, text: string, headers: readonly string[] = []) => {
  serial += 1;
  return trial.takeIn(mail({ from, text, headers, messageId: `<zone${serial}@mail.example.jp>` }));
};
const { calendar } = trial.daemon.desk.house;
for (const [n, time] of times.entries()) {
  await trial.goTo(time);
  await write('sato@sample.example.jp', `CL-1234-5678\n\n質問 ${n}\n`);
  await write(`c${n}@customer.example.jp`, `番号を忘れました ${n}\n`);
  // Its period ends with the 31st of October in Tokyo.
  await write('ito@aozora.example.jp', `CL-3456-7890\n\n期限 ${n}\n`);
  const [letter] = trial.arrivals.filter(({ to }) => to === 'sato@sample.example.jp').slice(-1);
  if (letter !== undefined) {
    const { messageId } = await opened(letter.raw);
    await write('sato@sample.example.jp', `追伸 ${n}\n`, [`In-Reply-To: ${messageId}`]);
  }
}
const { store } = trial.daemon.desk;
const hourMs = 3_600_000;
const hours = Array.from(
  { length: 400 * 24 },
  (_, n) => new Date(Date.parse('2026-01-01T00:30:00Z') + n * hourMs),
);
const letters = await Promise.all(
  trial.arrivals.map(async ({ at, to, raw }) => {
    const { subject, text } = await opened(raw);
    return { at, to, subject, text, date: /^Date: (.*)\r$/m.exec(raw.toString('latin1'))?.[1] };
  }),
);
const decisions = {
  calendar: hours.map((at) => [isoJst(at), dayOf(at), check(calendar, at)]),
  spans: hours
    .slice(0, -100)
    .filter((_, n) => n % 97 === 0)
    .map((at) => businessDaysBetween(calendar, at, new Date(at.getTime() + 100 * hourMs))),
  parsed: ['2026-11-01T01:30:00', '2026-03-08T02:30:00', '2026-11-01T01:30:00-04:00'].map((text) =>
    parseTime(text),
  ),
  messages: await Promise.all(
    Array.from({ length: (await store.received.tally()).accepted }, (_, n) => store.received.get(n + 1)),
  ),
  tickets: await store.tickets.list({}),
  outbox: (await store.outbox.list()).map(({ kind, to, state, notBefore, reason }) => ({
    kind,
    to,
    state,
    notBefore,
    reason,
  })),
  letters,
};
// Marks are signed with a key of each desk's own.
console.log(JSON.stringify(decisions).replaceAll(/<[^<>@]*@example\.jp>/g, '<ours>'));
