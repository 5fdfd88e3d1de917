/** From what was read and what the registry says to an outcome: the table of spec 3.6, row by row. */
import { type Contract, type Day, type Standing, standing } from './contract.ts';

export type NumberResult =
  | 'valid'
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'not-started'
  | 'cancelled'
  | 'ambiguous'
  | 'uncertain';

export type NumberDecision =
  | 'accepted'
  | 'not-at-start'
  | 'missing'
  | 'malformed'
  | 'ambiguous'
  | 'uncertain';

/** Which letter answers the message; `bare` is the acknowledgement without contract data. */
export type TriageLetter = 'acknowledgement' | 'bare' | 'request-number' | 'period' | 'neutral';

export interface Triage {
  readonly outcome: 'ticket-opened' | 'held' | 'review';
  readonly letter: TriageLetter;
}

/** What the registry makes of a reading; `contract` is null when the number is not in it. */
export function numberResult(
  reading: { readonly value: string | null; readonly decision: NumberDecision },
  contract: Contract | null,
  receivedOn: Day,
): { readonly result: NumberResult; readonly standing: Standing | null } {
  switch (reading.decision) {
    case 'missing':
    case 'malformed':
    case 'ambiguous':
    case 'uncertain':
      return { result: reading.decision, standing: null };
    case 'accepted':
    case 'not-at-start': {
      if (contract === null) return { result: 'unknown', standing: null };
      const found = standing(contract, receivedOn);
      return { result: found.kind, standing: found };
    }
  }
}

/** Spec 3.6. `known`: the sender is registered on the contract in question (where there is none, on any). */
export function triage(result: NumberResult, known: boolean): Triage {
  switch (result) {
    case 'valid':
      return { outcome: 'ticket-opened', letter: known ? 'acknowledgement' : 'neutral' };
    case 'missing':
    case 'malformed':
      return { outcome: 'held', letter: 'request-number' };
    case 'unknown':
      return { outcome: 'held', letter: known ? 'request-number' : 'neutral' };
    case 'expired':
    case 'not-started':
      return { outcome: 'review', letter: known ? 'period' : 'neutral' };
    case 'cancelled':
    case 'ambiguous':
    case 'uncertain':
      return { outcome: 'review', letter: known ? 'bare' : 'neutral' };
  }
}
