/** The fax reader as the rest of the program sees it: bytes in, a `FaxDocument` out. */
import type { FaxDocument } from '../inquiry/fax.ts';
import { type OcrOptions, openRecogniser } from './ocr.ts';
import { openPages } from './pages.ts';
import { type FaxOptions, readFax } from './recognise.ts';

export { isFaxFile } from './pages.ts';

export interface FaxReader extends AsyncDisposable {
  /** Rejects with `kind: 'again'` while the reader closes: what it was cut off from says nothing about the fax. */
  read(raw: Uint8Array, options: FaxOptions): Promise<FaxDocument>;
  close(): Promise<void>;
}

/** Children start with the first fax and end when idle. */
export function openFaxReader(options: OcrOptions = {}): FaxReader {
  const pages = openPages();
  const ocr = openRecogniser(options);
  let closing = false;
  const close = async () => {
    closing = true;
    await Promise.all([pages.close(), ocr.close()]);
  };
  return {
    async read(raw, how) {
      const read = await readFax({ pages, ocr }, raw, how);
      if (closing) throw Object.assign(new Error('the fax reader is closing'), { kind: 'again' as const });
      return read;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
