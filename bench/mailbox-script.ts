/** The straight line the daemon is held against: fetch, parse, insert, one transaction a mail, move per 100. */
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import sqlite3 from 'sqlite3';

const [port, user, pass, file] = process.argv.slice(2) as [string, string, string, string];
const db = new sqlite3.Database(file);
const run = (sql: string, ...values: unknown[]) =>
  new Promise<void>((resolve, reject) => db.run(sql, values, (error) => (error ? reject(error) : resolve())));
await run('pragma journal_mode=WAL');
await run('pragma synchronous=FULL');
await run('create table mails (id integer primary key, subject text, body text, raw blob)');
const client = new ImapFlow({
  host: '127.0.0.1',
  port: Number(port),
  secure: false,
  doSTARTTLS: false,
  auth: { user, pass },
  logger: false,
});
await client.connect();
await client.mailboxCreate('Processed');
const lock = await client.getMailboxLock('INBOX');
const uids = (await client.search({ all: true }, { uid: true })) || [];
for (let from = 0; from < uids.length; from += 100) {
  const chunk = uids.slice(from, from + 100);
  for (const uid of chunk) {
    const message = await client.fetchOne(String(uid), { source: true }, { uid: true });
    if (!message || message.source === undefined) continue;
    const parsed = await simpleParser(message.source);
    await run('begin immediate');
    await run(
      'insert into mails (subject, body, raw) values (?, ?, ?)',
      parsed.subject,
      parsed.text,
      message.source,
    );
    await run('commit');
  }
  await client.messageMove(chunk, 'Processed', { uid: true });
}
lock.release();
await client.logout();
await new Promise((resolve) => db.close(resolve));
