import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Journal, Parcel } from '../desk/ports.ts';
import { openFileCourier } from './file-courier.ts';

const quiet: Journal = { info() {}, warn() {}, error() {} };
const yes = async () => true;
const parcel = (messageId: string, body = 'x', to = 'taro@example.jp'): Parcel => ({
  messageId,
  envelopeFrom: '',
  recipients: [to],
  bytes: Buffer.from(`Message-ID: ${messageId}\r\n\r\n${body}\r\n`),
});
let data: string;
let sent: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'sent-'));
  sent = join(data, 'sent');
});
afterEach(() => rm(data, { recursive: true, force: true }));

test('writes the exact bytes under the message id, folder and all', async () => {
  const letter = parcel('<ack.17@desk.example.jp>');
  expect((await openFileCourier(sent, quiet).deliver(letter, yes)).kind).toBe('sent');
  expect(await readdir(sent)).toEqual(['ack.17@desk.example.jp.eml']);
  expect(await readFile(join(sent, 'ack.17@desk.example.jp.eml'))).toEqual(letter.bytes);
});

test('the same letter again leaves the first one alone', async () => {
  const courier = openFileCourier(sent, quiet);
  await courier.deliver(parcel('<a@example.jp>', 'first'), yes);
  expect((await courier.deliver(parcel('<a@example.jp>', 'second'), yes)).kind).toBe('sent');
  expect(await readdir(sent)).toHaveLength(1);
  expect(await readFile(join(sent, 'a@example.jp.eml'), 'utf8')).toContain('first');
});

test('the gate says no: nothing is written', async () => {
  const delivery = await openFileCourier(sent, quiet).deliver(parcel('<a@example.jp>'), async () => false);
  expect(delivery.kind).toBe('shut');
  expect(await readdir(sent)).toEqual([]);
});

test('a half-written file of a crash is taken over, and never counts as sent', async () => {
  await mkdir(sent);
  await writeFile(join(sent, '.a@example.jp.eml.part'), 'half');
  expect((await openFileCourier(sent, quiet).deliver(parcel('<a@example.jp>'), yes)).kind).toBe('sent');
  expect(await readdir(sent)).toEqual(['a@example.jp.eml']);
});

test.each(['<../../etc/passwd@x>', '<a/b\0c@x>', '<.hidden@x>', `<${'長'.repeat(500)}@x>`, '<>'])(
  'hostile id %j stays one plain file inside the folder',
  async (id) => {
    expect((await openFileCourier(sent, quiet).deliver(parcel(id), yes)).kind).toBe('sent');
    const names = await readdir(sent);
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^[A-Za-z0-9@+=_-][A-Za-z0-9@+=_.-]{0,200}\.eml$/);
  },
);

test('two ids that look alike in safe characters are two files', async () => {
  const courier = openFileCourier(sent, quiet);
  for (const id of ['<a/b@x>', '<a:b@x>', '<a_b@x>', `<${'a'.repeat(300)}1@x>`, `<${'a'.repeat(300)}2@x>`]) {
    await courier.deliver(parcel(id), yes);
  }
  expect(await readdir(sent)).toHaveLength(5);
});

test('a folder that cannot be written is later, and the gate that throws is later', async () => {
  await writeFile(sent, 'a file where the folder should be');
  const courier = openFileCourier(sent, quiet);
  expect((await courier.deliver(parcel('<a@example.jp>'), yes)).kind).toBe('later');
  await rm(sent);
  const broken = async () => Promise.reject(new Error('database is gone'));
  expect((await courier.deliver(parcel('<a@example.jp>'), broken)).kind).toBe('later');
  await chmod(sent, 0o700);
});

test('an address that nobody can be written to is never, without asking the gate', async () => {
  const never = async () => {
    throw new Error('asked');
  };
  const delivery = await openFileCourier(sent, quiet).deliver(parcel('<a@example.jp>', 'x', 'a b@x'), never);
  expect(delivery.kind).toBe('never');
});
