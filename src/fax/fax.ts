/** The fax reader as the rest of the program sees it: bytes in, a `FaxDocument` out. */
import type { FaxDocument } from '../inquiry/fax.ts';
import { type OcrOptions, openRecogniser } from './ocr.ts';
import { openPages } from './pages.ts';
import { type FaxOptions, readFax } from './recognise.ts';

export { isFaxFile } from './pages.ts';

export interface FaxReader extends AsyncDisposable {
  read(raw: Uint8Array, options: FaxOptions): Promise<FaxDocument>;
}

/** Children start with the first fax and end when idle. */
export function openFaxReader(options: OcrOptions = {}): FaxReader {
  const pages = openPages();
  const ocr = openRecogniser(options);
  return {
    read: (raw, how) => readFax({ pages, ocr }, raw, how),
    async [Symbol.asyncDispose]() {
      await Promise.all([pages.close(), ocr.close()]);
    },
  };
}
