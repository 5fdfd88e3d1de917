/**
 * The characters of a found number set one beside another on clean paper: without the boxes they stood in, and with
 * the hyphens the mask has. An engine that reads lines can then be asked about them too.
 */
import type { Mask } from '../inquiry/mask.ts';
import type { Bitmap, Box } from './bitmap.ts';
import type { CleanPage } from './number-field-rules.ts';

const [margin, gap, hyphenWidth, hyphenHeight] = [0.6, 0.16, 0.34, 0.1];

/** `boxes` has one entry for each part of the mask that is no separator. */
export function stripOf(mask: Mask, boxes: readonly Box[], page: CleanPage): Bitmap {
  const line = Math.max(...boxes.map((box) => box.height));
  const around = Math.round(margin * line);
  const apart = Math.max(2, Math.round(gap * line));
  const hyphen = {
    width: Math.round(hyphenWidth * line),
    height: Math.max(2, Math.round(hyphenHeight * line)),
  };
  const separators = mask.parts.length - boxes.length;
  const width =
    2 * around + boxes.reduce((sum, box) => sum + box.width + apart, 0) + separators * (hyphen.width + apart);
  const height = line + 2 * around;
  const grey = new Uint8Array(width * height).fill(255);
  let pen = around;
  let at = 0;
  for (const part of mask.parts) {
    if (part.kind === 'separator') {
      const top = around + Math.round((line - hyphen.height) / 2);
      for (let y = top; y < top + hyphen.height; y++)
        grey.fill(0, y * width + pen, y * width + pen + hyphen.width);
      pen += hyphen.width + apart;
      continue;
    }
    const box = boxes[at++]!;
    const top = around + line - box.height;
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        grey[(top + y) * width + pen + x] = 255 - page.dark[(box.y + y) * page.width + box.x + x]!;
      }
    }
    pen += box.width + apart;
  }
  return { width, height, grey };
}
