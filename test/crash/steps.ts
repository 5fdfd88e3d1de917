/** The words the driver and the daemon it kills share. */

/** Where the daemon kills itself, in the order a mail passes them. The letters to staff pass the last five too. */
export const ownSteps = [
  'fetched', // from the mailbox: the mails are in memory, nothing is written
  'arrived', // the same by SMTP
  'stored', // the rows are committed; 250 is not said, nothing is moved
  'moved', // the mailbox has moved the mails, nobody has written it down
  'claimed',
  'reading', // the child has the bytes
  'read',
  'decided', // decided, not committed
  'committed',
  'attempt-written', // the letter is `sending`, the network is untouched
  'body-begun', // the second mark is set, no byte of the body has left
  'answered', // the relay said 250, nobody has written it down
  'recorded',
] as const;

/** Steps only mail from the mailbox passes. */
export const mailboxSteps: readonly Step[] = ['fetched', 'moved'];

/** Where the driver kills: while the store opens, when the relay has the final dot but has not answered, whenever. */
export const steps = ['opening', ...ownSteps, 'dot', 'any'] as const;

export type OwnStep = (typeof ownSteps)[number];
export type Step = (typeof steps)[number];

/**
 * Planted faults, to show that the driver sees them: 250 before the commit; no second mark around the body; a ledger
 * that takes mails for known which were never accepted.
 */
export const faults = ['lose', 'double', 'miss'] as const;
export type Fault = (typeof faults)[number];

/** To the child. `clock` is the trial clock; `step` is left out when the driver kills. */
export type Order =
  | {
      readonly kind: 'go';
      readonly configFile: string;
      readonly clock: string;
      readonly step: OwnStep | null;
      readonly passing: number;
      readonly fault: Fault | null;
    }
  | { readonly kind: 'settle' | 'stop' };

/** From the child. */
export type Report =
  | { readonly kind: 'warm' | 'settled' }
  | { readonly kind: 'ready'; readonly smtpPort: number }
  /** The journal wrote an error: no kill is a reason for one. */
  | { readonly kind: 'error'; readonly text: string };
