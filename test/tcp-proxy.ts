/** A TCP proxy that cuts a connection at a word of the conversation, or changes what the server says. */
import { connect, createServer, type Socket } from 'node:net';

export interface Cut {
  /** Searched in what the client says. */
  readonly at: RegExp;
  /**
   * `before`: the command never reaches the server. A number: it does, and after so many bytes of the answer all
   * ends. A function: nothing is cut, the command waits until it is done.
   */
  readonly after: 'before' | number | (() => Promise<void>);
  times: number;
}

export interface TcpProxy {
  readonly port: number;
  /** Armed cuts, taken away when they are used up. */
  readonly cuts: Cut[];
  /** All that clients said, in clear. */
  said(): string;
  connections(): number;
  /** Ends what is open; `refuse` lets nobody in any more until false. */
  endAll(): void;
  refuse: boolean;
  close(): Promise<void>;
}

export async function startProxy(
  target: number,
  rewrite: (fromServer: Buffer) => Buffer = (data) => data,
): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const said: Buffer[] = [];
  let connections = 0;
  const cuts: Cut[] = [];
  const server = createServer((near) => {
    connections += 1;
    if (proxy.refuse) return near.destroy();
    const far = connect({ host: '127.0.0.1', port: target });
    let bytesLeft = Number.POSITIVE_INFINITY;
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end);
      socket.once('close', () => {
        open.delete(socket);
        end();
      });
    }
    near.on('data', (data) => {
      said.push(data);
      const cut = cuts.find((one) => one.times > 0 && one.at.test(data.toString('latin1')));
      if (cut === undefined) return void far.write(data);
      cut.times -= 1;
      if (cut.after === 'before') return end();
      if (typeof cut.after === 'function') return void cut.after().then(() => far.write(data));
      bytesLeft = cut.after;
      far.write(data);
    });
    far.on('data', (data) => {
      if (bytesLeft === Number.POSITIVE_INFINITY) return void near.write(rewrite(data));
      const part = data.subarray(0, bytesLeft);
      bytesLeft -= part.length;
      if (bytesLeft > 0) return void near.write(part);
      near.write(part, end);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  const proxy: TcpProxy = {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    cuts,
    said: () => Buffer.concat(said).toString('latin1'),
    connections: () => connections,
    endAll: () => {
      for (const socket of open) socket.destroy();
    },
    refuse: false,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        for (const socket of open) socket.destroy();
      }),
  };
  return proxy;
}
