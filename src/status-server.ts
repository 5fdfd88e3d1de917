/**
 * `/healthz`, `/readyz` and `/metrics` for the machines that watch this one. Everything is looked up when it is asked
 * for: a daemon nobody asks does nothing for it. There is no login, so it listens on this machine unless told otherwise,
 * and what it says holds nothing of a customer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseListen } from './mailbox/smtp-rules.ts';
import { inTime } from './status.ts';

/** Answers in sentences what keeps it from being ready; empty when nothing does. */
export type Ready = () => Promise<readonly string[]>;

export interface StatusServer extends AsyncDisposable {
  readonly port: number;
}

/** Whatever is asked for, an answer comes in this time. */
const answerMsMax = 8_000;
const requestMsMax = 5_000;
const connectionsMax = 32;

export async function openStatusServer(
  listen: string,
  ask: { readonly ready: Ready; readonly metrics: () => Promise<string> },
): Promise<StatusServer> {
  const { host, port } = parseListen(listen);
  // However many ask at once, the database is asked once.
  const ready = oneAtATime(() => inTime(ask.ready(), answerMsMax));
  const metrics = oneAtATime(() => inTime(ask.metrics(), answerMsMax));
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/healthz': async () => ({ status: 200, text: 'ok\n' }),
    '/readyz': async () => {
      const why = await ready().catch((error: Error) => [error.message]);
      return why.length === 0
        ? { status: 200, text: 'ready\n' }
        : { status: 503, text: `${['not ready', ...why].join('\n')}\n` };
    },
    '/metrics': async () => ({ status: 200, text: await metrics(), type: 'text/plain; version=0.0.4' }),
  };
  const server = createServer(
    { requestTimeout: requestMsMax, headersTimeout: requestMsMax },
    (request, response) => {
      void answer(pages, request, response);
    },
  );
  server.maxConnections = connectionsMax;
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const what = advice[error.code ?? ''] ?? error.message;
      reject(new Error(`cannot serve http.listen on ${host}:${port}: ${what}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
  return {
    port: bound,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port: stop it, or choose another port in http.listen',
  EACCES: 'ports below 1024 need a privilege: choose a higher one in http.listen',
  EADDRNOTAVAIL: 'this machine has no such address: correct http.listen',
};

interface Page {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

async function answer(
  pages: Readonly<Record<string, () => Promise<Page>>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, text, type = 'text/plain' } = await pageFor(pages, request);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

async function pageFor(
  pages: Readonly<Record<string, () => Promise<Page>>>,
  { method, url = '' }: IncomingMessage,
): Promise<Page> {
  const path = url.split('?')[0]!;
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return { status: 404, text: 'there are /healthz, /readyz and /metrics\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'only GET\n' };
  // What went wrong stands in the log of the part it went wrong in.
  return page().catch(() => ({ status: 503, text: 'nothing can be told now\n' }));
}

function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
