/** Entry of the killable child that recognises: tesseract.js and the small reader of our own. */
import { serve } from '../sandbox/child.ts';
import { fieldOf } from './field-engine.ts';
import type { OcrAnswer, OcrJob } from './ocr.ts';
import { lineOf, orientationOf, textOf } from './ocr-engine.ts';
import { tidily } from './tidy-memory.ts';

serve(
  tidily(async (job: OcrJob): Promise<OcrAnswer> => {
    switch (job.kind) {
      case 'orientation':
        return orientationOf(job.bitmap);
      case 'text':
        return textOf(job.bitmap);
      case 'line':
        return lineOf(job.bitmap, job.characters);
      case 'field':
        return fieldOf(job.mask, job.bitmap);
    }
  }),
);
