/** Mail with a DKIM signature, as a customer's server would write it, and the record that goes with it. */
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

interface Signing {
  readonly signingDomain: string;
  readonly selector: string;
  readonly privateKey: string;
  readonly algorithm?: string;
  readonly canonicalization?: string;
  readonly maxBodyLength?: number;
}
const { dkimSign } = createRequire(import.meta.url)('mailauth/lib/dkim/sign') as {
  dkimSign(
    raw: Buffer,
    options: {
      readonly headerList?: string;
      readonly signTime?: Date;
      readonly expires?: Date;
      readonly signatureData: readonly Signing[];
    },
  ): Promise<{ readonly signatures: string; readonly errors: readonly { readonly err: Error }[] }>;
};

export interface Signer {
  readonly domain: string;
  readonly selector: string;
  /** Name and text of the TXT record. */
  readonly record: readonly [string, string];
  sign(
    raw: Buffer,
    over?: Partial<Signing> & {
      readonly headerList?: string;
      readonly signTime?: Date;
      readonly expires?: Date;
    },
  ): Promise<Buffer>;
}

export function signer(domain: string, bits = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const selector = 's2026';
  return {
    domain,
    selector,
    record: [`${selector}._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`],
    async sign(raw, { headerList, signTime, expires, ...over } = {}) {
      const data = {
        signingDomain: domain,
        selector,
        privateKey,
        algorithm: 'rsa-sha256',
        canonicalization: 'relaxed/relaxed',
        ...over,
      };
      const { signatures, errors } = await dkimSign(raw, {
        ...(headerList === undefined ? {} : { headerList }),
        ...(signTime === undefined ? {} : { signTime }),
        ...(expires === undefined ? {} : { expires }),
        signatureData: [data],
      });
      if (errors[0] !== undefined) throw errors[0].err;
      return Buffer.concat([Buffer.from(signatures), raw]);
    },
  };
}
