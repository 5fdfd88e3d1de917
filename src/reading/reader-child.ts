/** Entry of the killable child that reads mail (spec 2.2). */
import { serve } from '../sandbox/child.ts';
import { readMail } from './mail.ts';

serve((raw: Uint8Array) => readMail(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)));
