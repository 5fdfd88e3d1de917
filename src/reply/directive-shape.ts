/** What a directive of staff says once it is read, and what may be wrong with it (spec 5.3). */
import type { Category } from '../ticket/category.ts';
import type { DirectiveKind } from './directive-words.ts';

export type Directive =
  /** The body goes to the customer, in the template named (as typed) or the standard one. */
  | { readonly kind: 'answer'; readonly template: string | null }
  /** The body is kept inside; records a telephone call; says why somebody is blocked or a letter taken back. */
  | { readonly kind: 'note' | 'phone' | 'spam' | 'cancel' }
  | { readonly kind: 'urgent' }
  /** Folded, not yet held against the mask. */
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'assign'; readonly name: string }
  | { readonly kind: 'merge'; readonly ref: string }
  | { readonly kind: 'close'; readonly category: Category | null }
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  /** Replaces the recipients of that line; none at all for `#cc なし`. */
  | { readonly kind: 'cc' | 'to'; readonly addresses: readonly string[] };

/** A directive with the place it was read from. */
export interface Placed {
  readonly line: number;
  readonly word: string;
  readonly directive: Directive;
}

export type DirectiveFault =
  /** The same directive twice, or one setting with two values. */
  | 'twice'
  | 'not-together'
  /** An option of an answer without an answer. */
  | 'needs-answer'
  | 'no-value'
  | 'bad-value'
  /** A telephone call without a word of what was said. */
  | 'no-text';

export type DirectiveProblem =
  /** `nearest` is the directive that was probably meant. */
  | {
      readonly kind: 'unknown';
      readonly line: number;
      readonly word: string;
      readonly nearest: DirectiveKind | null;
    }
  /** `text` is a Japanese sentence for the author. */
  | {
      readonly kind: 'refused';
      readonly line: number;
      readonly word: string;
      readonly fault: DirectiveFault;
      readonly text: string;
    };
