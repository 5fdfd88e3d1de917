/** html-to-text 10 ships no types; this is the part of it that `html-text.ts` uses. */
declare module 'html-to-text' {
  export interface BlockTextBuilder {
    addInline(text: string): void;
    openBlock(options?: { leadingLineBreaks?: number }): void;
    closeBlock(options?: { trailingLineBreaks?: number }): void;
  }
  export type FormatCallback = (
    element: { readonly children: readonly unknown[] },
    walk: (nodes: readonly unknown[], builder: BlockTextBuilder) => void,
    builder: BlockTextBuilder,
  ) => void;
  export function compile(options: Readonly<Record<string, unknown>>): (html: string) => string;
}
