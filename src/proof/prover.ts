/**
 * Checks by ourselves who sent a mail, where no mail server of ours wrote it down: in a child process that can be
 * killed, like everything that parses what strangers send, and within a time, so that a dead name service holds no
 * mail up.
 */
import { isIP } from 'node:net';
import type { Prover } from '../desk/ports.ts';
import type { Evidence, ProofQuestion } from '../inquiry/authentication.ts';
import { openChildren } from '../sandbox/children.ts';

/** Hashing 64 MB, and headers made to be slow. */
const childMilliseconds = 12_000;
const childRssBytes = 700_000_000;
const childIdleMilliseconds = 60_000;
const childMails = 1_000;
const headBytes = 1024 * 1024;

export interface ProverJob {
  readonly question: ProofQuestion;
  readonly nameServers: readonly string[] | undefined;
}

export interface ProverOptions {
  /** e.g. `127.0.0.1:5300`; without them those of the machine. */
  readonly nameServers?: readonly string[];
  readonly milliseconds?: number;
}

export function openProver({ nameServers, milliseconds = childMilliseconds }: ProverOptions = {}): Prover {
  const module = new URL('./prover-child.ts', import.meta.url);
  const bounds = {
    milliseconds,
    rssBytes: childRssBytes,
    idleMilliseconds: childIdleMilliseconds,
    jobs: childMails,
    // One may wait for a slow name service while the other goes on.
    children: 2,
  };
  const children = openChildren<ProverJob, Evidence>('prover', module, bounds);
  let closing = false;
  return {
    async prove(asked) {
      const spf = asked.spf !== null && isOfAnotherHouse(asked.spf.address) ? asked.spf : null;
      const signed = isSigned(asked.raw);
      // Without a signature the mail itself need not be looked at, and without a peer nothing at all.
      if (!signed && spf === null) return nothing('no signature', 'no peer of the sender is known');
      const question = { ...asked, spf, raw: signed ? asked.raw : Buffer.from('\r\n') };
      const ran = await children.run({ question, nameServers });
      if (ran.kind === 'done') return ran.result;
      if (closing) throw Object.assign(new Error('the prover is closing'), { kind: 'again' as const });
      return nothing(ran.reason, ran.reason);
    },
    close: () => {
      closing = true;
      return children.close();
    },
  };
}

function nothing(dkim: string, spf: string): Evidence {
  return {
    dkim: { result: 'none', detail: `dkim: ${dkim}` },
    spf: { result: 'none', detail: `spf: ${spf}` },
  };
}

function isSigned(raw: Uint8Array): boolean {
  const head = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, headBytes)).toString(
    'latin1',
  );
  const end = /\r?\n\r?\n/.exec(head)?.index ?? head.length;
  return /^dkim-signature[ \t]*:/im.test(head.slice(0, end));
}

/** A peer on this machine or in the same network is a server of ours nobody named: SPF would disown every customer. */
function isOfAnotherHouse(address: string): boolean {
  if (isIP(address) === 4)
    return !/^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
      address,
    );
  return isIP(address) === 6 && !/^(?:::1?$|::ffff:|f[cd]|fe[89ab])/i.test(address);
}
