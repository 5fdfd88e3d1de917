/** The rules of this house, as configured: data the flows and pure decisions are handed, never anything that waits. */
import type { GateHours, ReceptionCalendar } from '../calendar/reception-hours.ts';
import type { FaxGateway } from '../inquiry/fax-gateway.ts';
import type { FormProfile } from '../inquiry/profile.ts';
import type { Mask } from '../inquiry/support-number.ts';
import type { Draft } from '../reply/draft.ts';
import type { DeskFacts } from '../reply/facts.ts';
import type { FaxSheets } from '../reply/fax-sheet.ts';
import type { MarkKey } from '../reply/mark.ts';
import type { Templates } from '../reply/template.ts';
import { isStaffMail, type LetterKind } from '../ticket/ticket.ts';
import type { Acceptance, Courier, FaxReader, Journal, Prover, Reader, Source, Store } from './ports.ts';

export interface House {
  readonly mask: Mask;
  readonly calendar: ReceptionCalendar;
  /** Our addresses, lower case. */
  readonly addresses: readonly string[];
  readonly staff: readonly { readonly name: string; readonly address: string }[];
  readonly from: { readonly name: string; readonly address: string };
  readonly desk: DeskFacts;
  readonly addressExtension: '+' | 'none';
  readonly authservId: string | null;
  /** Senders that are machines of this house: addresses, or `@domain`, lower case. */
  readonly robots: readonly string[];
  readonly formProfiles: readonly FormProfile[];
  readonly faxGateways: readonly FaxGateway[];
  /** Whether a peer of our SMTP listener is one of ours (`smtp.trustedPeers`). */
  readonly trustedPeer: (peer: string) => boolean;
  readonly templates: Templates;
  readonly keys: readonly MarkKey[];
  /** `outbox.hours.<kind>`; staff mail is always `always`. */
  readonly hours: Readonly<Partial<Record<LetterKind, GateHours>>>;
  readonly reminders: boolean;
  readonly perMinute: number;
  /** Faxes read at the same time, one by each OCR worker. */
  readonly faxesAtOnce: number;
  /** The morning list; null when none is sent and every mail is told by one of its own. */
  readonly digest: { readonly overdueHours: number } | null;
  /** An answer waits so long before it may leave, unless it is urgent. */
  readonly undoMs: number;
}

export interface Desk {
  readonly house: House;
  readonly store: Store;
  readonly reader: Reader;
  readonly faxReader: FaxReader;
  readonly prover: Prover;
  readonly journal: Journal;
  /** Identity of a mail by its bytes (spec 2.1), and the return path it names. */
  readonly identify: (
    raw: Buffer,
  ) => Pick<Acceptance, 'messageId' | 'contentKey'> & Pick<Source, 'returnPath'>;
}

export interface SendingDesk extends Desk {
  readonly courier: Courier;
  /** The exact bytes of a letter; the same draft always makes the same bytes. */
  readonly pack: (draft: Draft) => Promise<Buffer>;
  /** The sheets of a fax as a PDF. */
  readonly print: (sheets: FaxSheets, at: Date) => Promise<Buffer>;
}

/** The desk with its doors open: what the composition root hands to those who bring mail. */
export interface OpenDesk extends SendingDesk, AsyncDisposable {
  readonly now: () => Date;
  readonly accept: (raw: Buffer, source: Source, receivedAt: Date, quiet: boolean) => Promise<number>;
}

/** Reception hours are the default; the operator may allow more by kind; mail to staff leaves at any time (spec 5.1). */
export function gateHours(house: House, kind: LetterKind): GateHours {
  return isStaffMail(kind) ? 'always' : (house.hours[kind] ?? 'reception');
}
