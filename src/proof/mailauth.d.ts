/**
 * The two parts of mailauth that are used; its main module also loads an HTTP client and a certificate reader. Its
 * own types name fields (`algorithm`) that version 4 does not have: these are the ones it hands out.
 */
declare module 'mailauth/lib/dkim/verify.js' {
  type Resolver = import('./lookup.ts').Lookup;
  export interface SignatureResult {
    /** Absent when the mail carries no signature that could be looked at. */
    readonly signingDomain?: string;
    readonly selector?: string;
    /** e.g. `rsa-sha256`. */
    readonly algo?: string;
    readonly status: {
      /** `pass`, `fail`, `neutral`, `policy`, `temperror` or `none`. */
      readonly result: string;
      readonly comment?: string;
      /** Bytes behind the part that `l=` covers. */
      readonly underSized?: number;
    };
    /** `keys`: the fields that were signed, once for each time, joined by `: `. */
    readonly signingHeaders?: { readonly keys: string };
  }
  export function dkimVerify(
    raw: Uint8Array,
    options: { readonly resolver: Resolver; readonly curTime: Date },
  ): Promise<{
    readonly results: readonly SignatureResult[];
    readonly headers?: { readonly parsed: readonly { readonly key: string | null }[] };
  }>;
}
declare module 'mailauth/lib/spf/index.js' {
  export function spf(question: {
    readonly sender: string;
    readonly ip: string;
    readonly helo: string;
    readonly mta: string;
    readonly resolver: import('./lookup.ts').Lookup;
  }): Promise<{ readonly status: { readonly result: string } }>;
}
