/**
 * The daemon that is killed: `child.ts ROOT`, where ROOT is `src` or `dist/src` of the working folder. It loads everything, waits for
 * its orders over IPC, runs the real daemon, and at the named step kills itself with SIGKILL.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OpenDesk } from '../../src/desk/house.ts';
import type { Journal, Store } from '../../src/desk/ports.ts';
import type { Fault, Order, OwnStep, Report } from './steps.ts';

/** Long enough for the driver to hear 250 before the fault `lose` stores anything. */
const loseMs = 200;

const [root = 'src'] = process.argv.slice(2);
const part = (name: string) =>
  pathToFileURL(join(process.cwd(), root, `${name}.${root === 'src' ? 'ts' : 'js'}`)).href;
const { loadConfig }: typeof import('../../src/config.ts') = await import(part('config'));
const { startDaemon }: typeof import('../../src/daemon.ts') = await import(part('daemon'));

const say = (report: Report): void => void process.send?.(report);
const journal: Journal = {
  info: () => {},
  warn: () => {},
  error: (event, fields) => say({ kind: 'error', text: `${event} ${JSON.stringify(fields)}` }),
};

/** The desk with a step after (or before) each thing a crash could come between. */
function stepping(desk: OpenDesk, pass: (step: OwnStep) => void, fault: Fault | null): OpenDesk {
  const { store, reader, courier } = desk;
  const { received, outbox, mailboxes } = store;
  // Several mails may pass a step together: each of them counts.
  const passAll = (step: OwnStep, mails: readonly unknown[]) => {
    for (let passed = 0; passed < mails.length; passed += 1) pass(step);
  };
  const deciding = (inner: Store): Store => ({
    ...inner,
    commit(decision) {
      pass('decided');
      return inner.commit(decision);
    },
    commitAll(decisions) {
      passAll('decided', decisions);
      return inner.commitAll(decisions);
    },
    together: (pieces) => inner.together(pieces.map((piece) => (deeper) => piece(deciding(deeper)))),
  });
  const accept: OpenDesk['accept'] = async (...mail) => {
    pass('arrived');
    const id = await desk.accept(...mail);
    pass('stored');
    return id;
  };
  const acceptLater: OpenDesk['accept'] = async (...mail) => {
    setTimeout(accept, loseMs, ...mail);
    return 0;
  };
  return {
    ...desk,
    accept: fault === 'lose' ? acceptLater : accept,
    store: {
      ...store,
      mailboxes: {
        ...mailboxes,
        async unknown(numbering, uids) {
          const unknown = await mailboxes.unknown(numbering, uids);
          return fault === 'miss' ? unknown.filter((uid) => uid % 2 === 0) : unknown;
        },
        settled(numbering, uids) {
          passAll('moved', uids);
          return mailboxes.settled(numbering, uids);
        },
      },
      received: {
        ...received,
        async acceptAll(mails) {
          passAll('fetched', mails);
          const ids = await received.acceptAll(mails);
          passAll('stored', mails);
          return ids;
        },
        async claimSome(lane, atMost) {
          const messages = await received.claimSome(lane, atMost);
          passAll('claimed', messages);
          return messages;
        },
      },
      async together(pieces) {
        const settled = await deciding(store).together(pieces);
        passAll(
          'committed',
          settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
        );
        return settled;
      },
      outbox: {
        ...outbox,
        async begin(id, attempt) {
          const token = await outbox.begin(id, attempt);
          if (token !== null) pass('attempt-written');
          return token;
        },
        async bodyBegins(id, token) {
          const mine = fault === 'double' || (await outbox.bodyBegins(id, token));
          if (mine) pass('body-begun');
          return mine;
        },
        async settle(id, token, settlement, aftermath) {
          const kept = await outbox.settle(id, token, settlement, aftermath);
          if (kept) pass('recorded');
          return kept;
        },
      },
    },
    reader: {
      ...reader,
      async read(raw) {
        const reading = reader.read(raw);
        // One turn of the loop, so that the bytes are on their way to the child.
        await new Promise(setImmediate);
        pass('reading');
        const read = await reading;
        pass('read');
        return read;
      },
    },
    courier: {
      ...courier,
      async deliver(parcel, mayBegin) {
        const delivery = await courier.deliver(parcel, mayBegin);
        if (delivery.kind === 'sent') pass('answered');
        return delivery;
      },
    },
  };
}

async function go(order: Extract<Order, { kind: 'go' }>) {
  let left = order.passing;
  const pass = (step: OwnStep): void => {
    if (step !== order.step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
  const around = { env: { UKETSUKE_CLOCK: order.clock }, cwd: process.cwd() };
  const config = loadConfig(order.configFile, around);
  const daemon = await startDaemon(config, ['intake', 'read', 'send'], journal, undefined, (desk) =>
    stepping(desk, pass, order.fault),
  );
  say({ kind: 'ready', smtpPort: daemon.smtpPort });
  return daemon;
}

let daemon: Awaited<ReturnType<typeof go>> | null = null;
// A group of its own keeps Ctrl-C away from this process, so it ends with its driver.
process.on('disconnect', () => process.exit(0));
process.on('message', async (order: Order) => {
  if (order.kind === 'go') {
    daemon = await go(order);
  } else if (order.kind === 'settle') {
    await daemon?.settle();
    say({ kind: 'settled' });
  } else {
    await daemon?.[Symbol.asyncDispose]();
    process.disconnect();
  }
});
say({ kind: 'warm' });
