/** `uketsuke why`: the whole trail of a message or a ticket, by any of its names (spec 7). */
import { afterEach, describe, expect, it } from 'vitest';
import type { Door } from '../src/command/door.ts';
import { tellWhy } from '../src/command/why.ts';
import { startStaffDesk } from './staff-desk.ts';
import { mail, opened, startTrial, type Trial } from './trial.ts';

const sato = 'sato@sample.example.jp';
let trial: Trial;
const start = async (now = '2026-11-02T10:00:00', yaml = '') => {
  trial = await startTrial({ now, yaml });
};
afterEach(() => trial[Symbol.asyncDispose]());

async function ask(asked: string) {
  let document: unknown;
  let text = '';
  const door = {
    now: trial.now,
    desk: async () => trial.daemon.desk,
    print: (found: unknown, words: string) => {
      document = found;
      text = words;
    },
  } as unknown as Door;
  await tellWhy(door, asked);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test looks at
  return { document: document as any, text };
}

describe('why', () => {
  it('a message: how it came, what was read and decided, and its letter', async () => {
    await start();
    const message = await trial.send(mail({ messageId: '<one@sample.example.jp>' }));
    const { document, text } = await ask(String(message.id));
    expect(document).toMatchObject({
      ticket: { ref: 'R-20261102-0001', state: 'open', number: 'CL-1234-5678' },
      messages: [
        {
          way: { kind: 'smtp', name: '127.0.0.1', peer: { trusted: false } },
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
          read: { kind: 'inquiry', from: sato },
          sender: { authentication: 'none', registeredOn: ['CL-1234-5678'] },
          number: { value: 'CL-1234-5678', where: 'opening', decision: 'accepted', registry: 'valid' },
          thread: 'no thread',
          outcome: 'ticket-opened',
        },
      ],
      letters: [{ kind: 'acknowledgement', state: 'sent', sentAt: '2026-11-02T10:00:00+09:00' }],
    });
    for (const words of [
      'by SMTP from 127.0.0.1',
      'registered on CL-1234-5678',
      'accepted',
      'sent 2026-11-02',
    ])
      expect(text).toContain(words);
  });

  it('a reply of staff: by what it is theirs, and not as a stranger’s mail without a number', async () => {
    const desk = await startStaffDesk('2026-11-20T10:00:00');
    trial = desk.trial;
    await desk.send({});
    const note = await desk.reply('#メモ\n折り返し済みです。');
    const { text } = await ask(String(note.id));
    expect(text).toContain('thread    a reply of staff to a mail of ours, with every proof');
    expect(text).not.toMatch(/stranger|number {4}/);
  });

  it('is the same by Message-ID, with and without brackets, and by that of a letter of ours', async () => {
    await start();
    const message = await trial.send(mail({ messageId: '<two@sample.example.jp>' }));
    const { document } = await ask(String(message.id));
    expect((await ask('<two@sample.example.jp>')).document).toEqual(document);
    expect((await ask('two@sample.example.jp')).document).toEqual(document);
    const { messageId } = await opened(trial.arrivals[0]!.raw);
    expect((await ask(messageId!)).document).toEqual((await ask('R-20261102-0001')).document);
    expect((await ask(' ｒ-20261102-0001')).document.messages).toHaveLength(1);
  });

  it('a ticket: each message with the rule that put it there, letters with why they stopped, events', async () => {
    await start('2026-11-02T17:40:00');
    await trial.send(mail({ text: '番号を忘れました。' }));
    await trial.send(mail({ subject: 'Re: [R-20261102-0001]', text: 'CL-1234-5678' }));
    await trial.goTo('2026-11-04T09:00:00');
    const { document, text } = await ask('R-20261102-0001');
    expect(document.messages.map((one: { thread: string }) => one.thread)).toEqual([
      'no thread',
      'reference in the subject',
    ]);
    expect(document.letters).toMatchObject([
      { kind: 'request-number', state: 'cancelled', reason: 'the number has arrived' },
      { kind: 'acknowledgement', state: 'sent' },
    ]);
    expect(text).toMatch(/request-number to sato@sample\.example\.jp: cancelled \(the number has arrived\)/);
    expect(document.events).toContainEqual(
      expect.objectContaining({ kind: 'state', reason: 'awaiting-number → open' }),
    );
  });

  it('a merged ticket says where it goes on', async () => {
    await start();
    const { store } = trial.daemon.desk;
    const from = await trial.ticketOf(await trial.send(mail()));
    const into = await trial.ticketOf(await trial.send(mail({ from: 'kato@sample.example.jp' })));
    const change = { id: from.id, version: from.version, state: 'closed', mergedInto: into.id } as const;
    expect(await store.change(trial.now().toISOString(), change, [], [], [])).toBe('done');
    const { document, text } = await ask(from.ref);
    expect(document.ticket.mergedInto).toBe(into.ref);
    expect(text).toContain(`uketsuke why ${into.ref}`);
    expect((await ask(into.ref)).document.messages).toHaveLength(2);
  });

  it('what is ignored, withheld or doubled says so', async () => {
    await start();
    const automatic = await trial.send(mail({ headers: ['Auto-Submitted: auto-replied'] }), '');
    const { document, text } = await ask(String(automatic.id));
    expect(document).toMatchObject({
      ticket: null,
      messages: [{ outcome: 'ignored', reason: 'auto-reply' }],
    });
    expect(document.messages[0].read.evidence).not.toEqual([]);
    expect(text).toContain('No letter was queued.');
    const quiet = await trial.takeIn(
      mail({ messageId: '<q@sample.example.jp>' }),
      '2026-10-30T10:00:00',
      true,
    );
    expect((await ask(String(quiet.id))).text).toContain('no automatic letter');
    const raw = mail({ messageId: '<three@sample.example.jp>' });
    const [first, second] = [await trial.send(raw), await trial.send(raw)];
    expect((await ask(String(second.id))).document.messages[0]).toMatchObject({
      outcome: 'duplicate',
      duplicateOf: first.id,
    });
    expect((await ask('three@sample.example.jp')).document.messages).toHaveLength(2);
    expect((await ask(String(first.id))).document.messages[0].duplicates).toEqual([second.id]);
  });

  it.each(['R-20200101-0001', '99', 'nobody@example.jp', ''])('nothing by the name "%s"', async (asked) => {
    await start();
    await expect(ask(asked)).rejects.toThrow('there is nothing by the name');
  });
});
