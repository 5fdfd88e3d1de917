/** Threats 38 to 43 and 47: what customers and staff write stays data, in every letter, on the bytes that reached the sink. */
import { simpleParser } from 'mailparser';
import { afterEach, expect, it } from 'vitest';
import { header, passed, type StaffDesk, sato, startStaffDesk, suzuki, tanaka } from './staff-desk.ts';
import { type Arrival, mail } from './trial.ts';

const evil = 'evil@evil.example';
const allowed = new Set(
  'From To Cc Reply-To Subject Message-ID Date In-Reply-To References Auto-Submitted X-Auto-Response-Suppress MIME-Version Content-Type Content-Transfer-Encoding'.split(
    ' ',
  ),
);
/** Breaks out of a header, of a template and of a shell, and turns the order of what follows. */
const nasty = `\r\nBcc: ${evil}\r\n\r\n\u2028\u0085\0{{ desk_signature }}{% include 'x' %}\${7*7}<%= 7*7 %>\u202e`;
const templates = `{{ desk_signature }}{% include 'x' %}\${7*7}<%= 7*7 %>`;
const encoded = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

let desk: StaffDesk;
afterEach(async () => {
  await desk.trial[Symbol.asyncDispose]();
});

/** Every header is one of ours, once, in lines of CRLF; nobody else is reached. */
async function isSound({ raw, recipients }: Arrival, expected: readonly string[]): Promise<void> {
  const text = raw.toString('latin1');
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
  const head = text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const names = head.map((line) => line.slice(0, line.indexOf(':')));
  expect(names.filter((name) => !allowed.has(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(text.split('\r\n').filter((line) => line.length > 998)).toEqual([]);
  expect(recipients).toEqual(expected);
  const parsed = await simpleParser(raw);
  const addressed = [parsed.to, parsed.cc, parsed.replyTo].flat().flatMap((one) => one?.value ?? []);
  expect(addressed.filter((one) => one.address === evil)).toEqual([]);
  expect(header({ raw } as Arrival, 'References')).not.toMatch(/evil|Bcc/);
  expect(parsed.subject).not.toMatch(/[\r\n\u2028\u202e\0]/);
}

async function soundEverywhere(): Promise<void> {
  const staff = [suzuki, tanaka];
  for (const one of desk.trial.arrivals) {
    const to = staff.includes(one.to) ? [one.to] : [sato, 'ueda@sample.example.jp'];
    await isSound(one, /\.answer@/.test(header(one, 'Message-ID')) ? to : [one.to]);
  }
  expect(desk.trial.sink.mails.flatMap(({ to }) => to)).not.toContain(evil);
}

it('from every field of a customer', async () => {
  desk = await startStaffDesk('2026-11-13T10:00:00', '+');
  const raw = mail({
    text: `CL-1234-5678\n\n${templates}\n.\nMAIL FROM:<${evil}>\r\n.\r\nRCPT TO:<${evil}>\n..two`,
    messageId: null,
    headers: [
      `Message-ID: <good@sample.example.jp> <Bcc:> <${evil}>`,
      `References: <Bcc:> <${evil}> ${'<x@y.example>'.repeat(5_000)} <a b@c>`,
      `Cc: ${encoded(`x" <${evil}>${nasty}`)} <ueda@sample.example.jp>, "${evil}," <a b@sample.example.jp>`,
      `Reply-To: ${encoded(nasty)} <${evil}>`,
    ],
  });
  const text = raw
    .toString('latin1')
    .replace(/^From: .*\r\n/m, `From: ${encoded(`佐藤${nasty}`)} <${sato}>\r\n`)
    .replace(/^Subject: .*\r\n/m, `Subject: ${encoded(`件名${nasty}`)}\r\n`);
  const first = await desk.trial.send(Buffer.from(text, 'latin1'), sato);
  expect(first).toMatchObject({ outcome: 'ticket-opened', reason: 'valid' });
  await desk.reply('#回答\nはい。');
  await desk.trial.goTo('2026-11-13T10:03:00');
  await soundEverywhere();
  const answer = await desk.last(sato);
  expect(answer.subject).toContain(templates);
  expect(answer.text).toContain(`> ${templates}`);
  expect(answer.text).toContain(`> RCPT TO:<${evil}>\n> ..two`);
  expect(answer.text).not.toContain('Bcc: ');
});

it('from every field of a member of staff', async () => {
  desk = await startStaffDesk('2026-11-13T10:00:00', '+');
  await desk.send({ headers: ['Cc: ueda@sample.example.jp'] });
  const attached = (raw: Buffer) => {
    const text = raw.toString();
    const at = text.indexOf('Content-Type:');
    const name = encodeURIComponent(`../../x${nasty}.exe`);
    return Buffer.from(
      [
        `${text.slice(0, at)}Content-Type: multipart/mixed; boundary=b`,
        ...['', '--b', text.slice(at), '--b'],
        `Content-Type: message/rfc822; name*=UTF-8''${name}`,
        `Content-Disposition: attachment; filename*=UTF-8''${name}`,
        ...['', `From: ${evil}`, 'To: x@example.jp', `Bcc: ${evil}`, '', '.', 'hidden', '--b--', ''],
      ].join('\r\n'),
    );
  };
  const given = await desk.reply(
    `#回答 パッチ\n#設定 patch=p1 ${templates}\u202e Bcc: ${evil}\n#設定 closing_line=${templates}\n${templates}\n.\r\n..\nBcc: ${evil}`,
    { raw: attached, subject: `Re: ${nasty.replace(/[\r\n]+/g, ' ')}` },
  );
  expect(given.reason).toBe('answer from staff');
  await desk.trial.goTo('2026-11-13T10:03:00');
  await soundEverywhere();
  const { text, arrival } = await desk.last(sato);
  expect(text).toContain(`\n${templates}\n.\n..\nBcc: ${evil}\n`);
  expect(text.replace(/\s+/g, ' ')).toContain(`パッチ: p1 ${templates} Bcc: ${evil}`);
  const { attachments } = await simpleParser(arrival.raw);
  expect(attachments).toHaveLength(1);
  expect(attachments[0]).toMatchObject({ contentType: 'application/octet-stream' });
  expect(attachments[0]!.filename).not.toMatch(/[/\\\r\n\u202e\u2028\0]|\.\.\//);
  expect(attachments[0]!.content.toString()).toContain('hidden');
});

it.each([
  [`#to ${evil}\\r\\nBcc: x`],
  [`#to <${evil}>`],
  ['#cc "a b"@example.jp'],
  ['#cc a@example.jp>,<b@example.jp'],
  ['#to ueda@sample.example.jp@evil.example'],
  ['#to ＠example.jp'],
  ['#設定 __proto__=x'],
  ['#回答 ../../etc/passwd'],
  ['#回答 {{ ref }}'],
])('a directive that is not plainly right sends nothing: %s', async (line) => {
  desk = await startStaffDesk('2026-11-13T10:00:00');
  await desk.send({});
  const before = desk.customers().length;
  const text = line.startsWith('#回答') ? `${line}\n本文` : `#回答\n${line}\n本文`;
  const given = await desk.reply(text, {
    headers: [passed(), `In-Reply-To: ${(await desk.last(suzuki)).messageId}`],
  });
  await desk.trial.goTo('2026-11-13T11:00:00');
  if (line === `#to <${evil}>`) {
    // An address as it should be is the author's to choose; the confirmation shows that it is foreign.
    expect(given.reason).toBe('answer from staff');
    return;
  }
  expect(given.reason).toBe('refused');
  expect(desk.customers()).toHaveLength(before);
});
