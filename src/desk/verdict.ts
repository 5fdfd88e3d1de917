/** What the number in a message comes to: spec 3.2 and 3.6, and who must look when the machine cannot tell. Pure. */
import { dayOf } from '../calendar/jst.ts';
import { type Contract, registeredContact } from '../inquiry/contract.ts';
import { type NumberResult, numberResult, type Triage, triage } from '../inquiry/triage.ts';
import type { Findings } from './look-up.ts';

export interface Verdict extends Triage {
  readonly result: NumberResult;
  /** The sender is registered on the contract in question. */
  readonly known: boolean;
  /** Number the ticket stands under from now on, or null. */
  readonly number: string | null;
}

/** Notes of the reader after which an absent number proves nothing. */
const wordless = ['html-unreadable', 'encrypted-body', 'no-text', 'charset-unclean', 'raw-text'];

/** @param openedAt receipt of the ticket's first message: the day that counts for the period (spec 2.1, 4). */
export function judge(findings: Findings, openedAt: string, inherited: string | null): Verdict {
  const { reading } = findings;
  const contract = findings.inherited ?? findings.contract;
  const known = isKnown(findings, contract);
  const counts = reading.decision !== 'not-at-start' || (contract !== null && known);
  const decision = findings.inherited !== null ? 'accepted' : counts ? reading.decision : 'missing';
  const { result } = numberResult({ ...reading, decision }, contract, dayOf(new Date(openedAt)));
  const told = triage(result, known);
  const number = counts && contract !== null ? contract.number : inherited;
  if (!needsPerson(findings, told)) return { ...told, result, known, number };
  return { outcome: 'review', letter: known ? 'bare' : 'neutral', result, known, number };
}

/** The short reason of an outcome: the result of the registry, and what else turned the decision. */
export function reasonOf(findings: Findings, verdict: Verdict): string {
  const turns = [
    verdict.result === 'valid' && !verdict.known ? 'unverified' : '',
    findings.reading.decision === 'not-at-start' ? 'not-at-start' : '',
    findings.limit === null ? '' : `limit ${findings.limit}`,
    findings.repeat.of === null ? '' : '重複?',
    isSuspected(findings) ? 'probably automatic' : '',
  ].filter((one) => one !== '');
  return turns.length === 0 ? verdict.result : `${verdict.result} (${turns.join(', ')})`;
}

/** A mail that nobody may answer by machine: whoever wrote it, no request for the number can reach a person. */
export function isMachine({ channel, gateway, screening }: Findings): boolean {
  return channel === 'mail' && (gateway || !screening.mayAnswer);
}

/**
 * Advertising, and what is probably automatic: staff hear of it in the morning list alone. A registered sender whose
 * new mail only looks automatic is told at once, and so is what a fax gateway reports of itself.
 */
export function isSuspected(findings: Findings): boolean {
  const { screening, belonging, registeredOn, fromStaff, gateway } = findings;
  // Of our own address and of staff there is no suspicion, only no letter.
  if (!isMachine(findings) || fromStaff || gateway || screening.strength === 'none') return false;
  const follows = belonging.kind === 'continues' || belonging.kind === 'reopens';
  return screening.kind === 'bulk' || follows || registeredOn.length === 0;
}

/** Only the headers were fetched. */
export function isPartial({ message }: Findings): boolean {
  return typeof message.partial === 'string';
}

/** Whether the sender is registered on the contract in question; where there is none, on any (spec 1). */
function isKnown(findings: Findings, contract: Contract | null): boolean {
  const { sender, authentication, registeredOn, fax } = findings;
  if (fax !== null) return registeredOn.some(({ number }) => contract === null || number === contract.number);
  if (sender === null || authentication.verdict === 'fail') return false;
  return contract === null ? registeredOn.length > 0 : registeredContact(contract, sender.address) !== null;
}

/**
 * A form that lost a field may have lost the customer's words; without a number, a mail that was not wholly
 * read, or that can be asked nothing, is not one the customer forgot the number in.
 */
function needsPerson(findings: Findings, { outcome }: Triage): boolean {
  const { form, limit, letter, sender, fax, faxBack } = findings;
  // Of a mail left on its server the headers alone are known: a person fetches the rest (spec 2.2).
  if (isPartial(findings)) return true;
  const formChanged = (form?.missing.length ?? 0) > 0;
  if (outcome !== 'held') return outcome === 'ticket-opened' && formChanged;
  const unread =
    limit !== null ||
    (fax === null
      ? letter.notes.some(({ kind }) => wordless.includes(kind))
      : fax.document.pages.some(({ outcome }) => outcome !== 'text' && outcome !== 'image'));
  return unread || formChanged || (sender === null && faxBack === null) || isMachine(findings);
}
