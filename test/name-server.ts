/**
 * A name server for tests, over UDP on a free port of 127.0.0.1: answers TXT, A and AAAA from a table, and misbehaves
 * on demand. Nothing is ever asked of the network.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { isIP } from 'node:net';

export interface NameServer extends AsyncDisposable {
  /** As `dns.setServers` takes it. */
  readonly address: string;
  /** Names asked for, in lower case, with their type. */
  readonly asked: string[];
  /** TXT records by name; a record that is an address answers A. */
  set(name: string, ...records: string[]): void;
  /** `servfail` and `silence` hold for every question until `normal`. */
  mood: 'normal' | 'servfail' | 'silence';
  /** Names never answered, with all below them. */
  readonly silent: Set<string>;
}

const types: Readonly<Record<number, string>> = { 1: 'A', 16: 'TXT', 28: 'AAAA', 15: 'MX' };

export async function startNameServer(): Promise<NameServer> {
  const records = new Map<string, readonly string[]>();
  const asked: string[] = [];
  const socket = createSocket('udp4');
  const server: NameServer = {
    address: '',
    asked,
    mood: 'normal',
    silent: new Set(),
    set: (name, ...values) => void records.set(name.toLowerCase(), values),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const { name, type, end } = questionOf(query);
    asked.push(`${name} ${types[type] ?? type}`);
    if (server.mood === 'silence' || [...server.silent].some((one) => name.endsWith(one))) return;
    const known = records.get(name);
    const wanted = (known ?? []).filter((one) =>
      type === 16 ? isIP(one) === 0 : type === 1 && isIP(one) === 4,
    );
    const code = server.mood === 'servfail' ? 2 : known === undefined ? 3 : 0;
    const answers = code === 0 ? wanted.map((one) => answer(type, one)) : [];
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | code, 2);
    head.writeUInt16BE(answers.length, 6);
    head.writeUInt16BE(0, 10);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return Object.assign(server, { address: `127.0.0.1:${socket.address().port}` });
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  while (query[at] !== 0) {
    const length = query[at]!;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answer(type: number, value: string): Buffer {
  const data =
    type === 1
      ? Buffer.from(value.split('.').map(Number))
      : Buffer.concat(
          (value.match(/.{1,255}/gs) ?? ['']).map((part) => Buffer.from([part.length, ...Buffer.from(part)])),
        );
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
