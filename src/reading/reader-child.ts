/** Entry of the killable child that reads mail (spec 2.2). */
import type { Reading, Unpacked } from '../inquiry/letter.ts';
import { serve } from '../sandbox/child.ts';
import { attachmentsOf, readMail } from './mail.ts';
import type { ReaderJob } from './sandbox.ts';

serve(async ({ kind, raw }: ReaderJob): Promise<Reading | Unpacked> => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return kind === 'read' ? readMail(bytes) : { kind: 'unpacked', attachments: await attachmentsOf(bytes) };
});
