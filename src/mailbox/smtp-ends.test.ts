import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { listener, mail, pause, talk } from '../../test/smtp-listener.ts';

describe('size', () => {
  test('is announced, and refused at MAIL when declared', async () => {
    const { port } = await listener({ maxBytes: 5_000 });
    const client = await talk(port);
    expect(client.all.join()).toMatch(/250.SIZE 5000\r\n/);
    expect(await client.say('MAIL FROM:<a@example.jp> SIZE=5001\r\n')).toMatch(/^552 5\.3\.4 /);
    expect(await client.say('MAIL FROM:<a@example.jp> SIZE=5000\r\n')).toMatch(/^250 /);
  });
  test.each([
    [5_000, /^250 /],
    [5_001, /^552 5\.3\.4 /],
    [3_000_000, /^552 5\.3\.4 /],
  ])('%i bytes undeclared', async (bytes, expected) => {
    const { mails, port } = await listener({ maxBytes: 5_000 });
    const client = await talk(port);
    await client.envelope();
    await client.say('DATA\r\n');
    expect(await client.say(`${'x'.repeat(bytes - 2)}\r\n.\r\n`)).toMatch(expected);
    expect(mails).toHaveLength(bytes > 5_000 ? 0 : 1);
    // The session is still in step.
    expect(await client.envelope()).toMatch(/^250 /);
  });
  test('more at once than memory is for: 451 for the last, and room again afterwards', async () => {
    const { mails, port } = await listener({ maxBytes: 50_000 }, () => pause(400));
    const replies = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = await talk(port);
        await client.envelope();
        await client.say('DATA\r\n');
        return client.say(`${'x'.repeat(49_000)}\r\n.\r\n`);
      }),
    );
    expect(replies.filter((line) => line.startsWith('250 '))).toHaveLength(4);
    expect(replies.filter((line) => line.startsWith('451 4.3.0 '))).toHaveLength(2);
    for (let round = 0; round < 5; round += 1) {
      const broken = await talk(port);
      await broken.envelope();
      await broken.say('DATA\r\n');
      broken.socket.write('x'.repeat(49_000));
      await pause(30);
      broken.socket.destroy();
    }
    await pause(50);
    const client = await talk(port);
    await client.envelope();
    await client.say('DATA\r\n');
    expect(await client.say(`${'x'.repeat(49_000)}\r\n.\r\n`)).toMatch(/^250 /);
    expect(mails).toHaveLength(5);
  });
});

describe('only CRLF.CRLF ends a message', () => {
  test.each(['\n.\n', '\r.\r', '\r.\n', '\n.\r\n', '\r\n.\n', '\r\n.\r', '\n\n.\r\r\n', '\r\n.\0\r\n'])(
    '%j inside is content',
    async (ending) => {
      const { mails, port } = await listener();
      const smuggled = `MAIL FROM:<evil@example.com>\r\nRCPT TO:<cltech@example.jp>\r\nDATA\r\nSubject: evil\r\n`;
      for (const cut of [false, true]) {
        const client = await talk(port);
        await client.envelope();
        await client.say('DATA\r\n');
        const wire = `Subject: x\r\n\r\na${ending}${smuggled}`;
        if (cut) {
          client.socket.setNoDelay(true);
          for (const byte of wire.slice(0, 30)) {
            client.socket.write(byte);
            await pause(1);
          }
          client.socket.write(wire.slice(30));
        } else client.socket.write(wire);
        expect(await client.say('.\r\n')).toMatch(/^250 /);
        expect(await client.say('NOOP\r\n')).toMatch(/^250 /);
      }
      expect(mails).toHaveLength(2);
      for (const { raw } of mails) expect(raw.toString()).toContain('Subject: evil');
    },
  );
  test('a message broken off is never accepted', async () => {
    const { mails, port } = await listener();
    const client = await talk(port);
    await client.envelope();
    await client.say('DATA\r\n');
    client.socket.write(mail);
    await pause(50);
    client.socket.end();
    await pause(100);
    expect(mails).toEqual([]);
  });
});

test('a whole session in one packet: two mails, each with its own envelope', async () => {
  const { mails, port } = await listener();
  const client = await talk(port);
  const one = (from: string) =>
    `MAIL FROM:<${from}>\r\nRCPT TO:<cltech@example.jp>\r\nDATA\r\nSubject: ${from}\r\n\r\n.\r\n`;
  client.socket.write(`${one('a@example.jp')}${one('b@example.jp')}QUIT\r\n`);
  await once(client.socket, 'close');
  expect(mails.map(({ source }) => source.returnPath)).toEqual(['a@example.jp', 'b@example.jp']);
});
