/**
 * One process at a time reads a mailbox. Two would harm nothing, as the ledger takes each mail once, but they would pull
 * at the same mails and move them under one another's hands.
 */
import type { MailboxLedger } from '../desk/ports.ts';

/** A lead lasts a minute; two renewals may fail before another process takes it. */
const RENEW_MS = 20_000;

export interface Lead extends AsyncDisposable {
  /** True while this process leads. Rejects when the database cannot be asked. */
  take(): Promise<boolean>;
}

/** `lost` is told when another process has taken the lead meanwhile. */
export function openLead(ledger: MailboxLedger, mailbox: string, lost: () => void): Lead {
  let token: string | null = null;
  const take = async () => {
    token = await ledger.lead(mailbox, token);
    return token !== null;
  };
  const renewing = setInterval(async () => {
    if (token === null) return;
    // A database that is away for a moment takes nothing from us; whoever gets there first after the minute leads.
    const leads = await take().catch(() => true);
    if (!leads) lost();
  }, RENEW_MS);
  renewing.unref();
  return {
    take,
    async [Symbol.asyncDispose]() {
      clearInterval(renewing);
      if (token !== null) await ledger.resign(mailbox, token).catch(() => {});
      token = null;
    },
  };
}
