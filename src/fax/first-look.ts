/** The number on page one before anything else is read (spec 2.3), and which way is up, asked when it is needed. */
import { type NumberSearch, type Sought, seekInField, seekInText } from './number-search.ts';
import type { Turn } from './straighten.ts';
import { type FaxImage, type FaxTools, uprightPage } from './upright.ts';

export interface FirstLook {
  readonly image: FaxImage;
  readonly turned: Turn;
  readonly sought: Sought;
}

/**
 * The cheap reader first. Where it finds no field the page may stand on its head, so that is asked before its top is
 * read in vain; where it finds one that the top of the page does not confirm, it is asked then: sideways
 * text may even be read, it is the second look at its line that fails.
 */
export async function firstLook(
  tools: FaxTools,
  raw: Uint8Array,
  came: FaxImage,
  search: NumberSearch,
): Promise<FirstLook> {
  const { ocr } = tools;
  const accepted = (sought: Sought) => sought.agreement.decision === 'accepted';
  const inAll = async (image: FaxImage, field: Sought): Promise<Sought> =>
    accepted(field) ? field : seekInText(ocr, image.page, search, field);
  const field = await seekInField(ocr, came.page, search);
  const lost = field.readings.length === 0;
  const asItCame = lost ? field : await inAll(came, field);
  if (accepted(asItCame)) return { image: came, turned: 0, sought: asItCame };
  const upright = await uprightPage(tools, raw, 1, came.page);
  if (upright === null) return { image: came, turned: 0, sought: lost ? await inAll(came, field) : asItCame };
  const { image, turn } = upright;
  return { image, turned: turn, sought: await inAll(image, await seekInField(ocr, image.page, search)) };
}
