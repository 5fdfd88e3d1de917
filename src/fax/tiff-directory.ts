/**
 * The few tags of a TIFF that sharp does not tell: the vertical resolution of each page (tag 283), without which a
 * page of 204 × 98 dpi is read at half its height. Baseline TIFF 6.0 §2; pure, and bounded on hostile files.
 */
import { dotsPerInch, tiffDirectories } from './limits.ts';

export interface TiffDirectory {
  readonly width: number;
  readonly height: number;
  /** Dots an inch as the file says, or null when it says nothing usable. */
  readonly xDots: number | null;
  readonly yDots: number | null;
}

const bytesOf: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 5: 8 };

/** One entry for each page, in order; what cannot be followed ends the list. Empty when it is no TIFF. */
export function readTiffDirectories(bytes: Uint8Array): readonly TiffDirectory[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return [];
  const little = bytes[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return [];
  const found: TiffDirectory[] = [];
  const seen = new Set<number>();
  let at = view.getUint32(4, little);
  while (at !== 0 && at + 2 <= bytes.length && !seen.has(at) && found.length < tiffDirectories) {
    seen.add(at);
    const count = view.getUint16(at, little);
    const end = at + 2 + count * 12;
    const tags = new Map<number, number>();
    for (let entry = at + 2; entry + 12 <= Math.min(end, bytes.length); entry += 12) {
      const value = valueAt(view, entry, little);
      if (value !== null) tags.set(view.getUint16(entry, little), value);
    }
    const perInch = tags.get(296) === 3 ? 2.54 : tags.get(296) === 1 ? 0 : 1;
    const dots = (tag: number) => usable((tags.get(tag) ?? 0) * perInch);
    const size = { width: tags.get(256) ?? 0, height: tags.get(257) ?? 0 };
    found.push({ ...size, xDots: dots(282), yDots: dots(283) });
    at = end + 4 <= bytes.length ? view.getUint32(end, little) : 0;
  }
  return found;
}

/** The first value of an entry: integers, and fractions at their offset. */
function valueAt(view: DataView, entry: number, little: boolean): number | null {
  const type = view.getUint16(entry + 2, little);
  const size = bytesOf[type];
  if (size === undefined || view.getUint32(entry + 4, little) < 1) return null;
  if (type === 1) return view.getUint8(entry + 8);
  if (type === 3) return view.getUint16(entry + 8, little);
  const value = view.getUint32(entry + 8, little);
  if (type === 4) return value;
  if (value + 8 > view.byteLength) return null;
  const below = view.getUint32(value + 4, little);
  return below === 0 ? null : view.getUint32(value, little) / below;
}

const usable = (dots: number): number | null =>
  Number.isFinite(dots) && dots >= 50 && dots <= 2_400 ? dots : null;

/**
 * Dots an inch of a raster. A fax is 8.5 inches wide whatever a careless gateway wrote into the file (72 dpi is
 * common), and its paper is not wider than long: so widths of ITU-T T.4 tell the truth where the tags do not.
 */
export function resolutionOf(page: TiffDirectory): { readonly xDots: number; readonly yDots: number } {
  const standard: Readonly<Record<number, number>> = {
    1728: 204,
    2048: 204,
    2432: 204,
    864: 102,
    2592: 306,
    3456: 408,
  };
  const plausible = page.xDots !== null && page.width / page.xDots > 5.5 && page.width / page.xDots < 13;
  if (plausible && page.xDots !== null && page.yDots !== null)
    return { xDots: page.xDots, yDots: page.yDots };
  const xDots =
    standard[page.width] ?? (page.width > 1_300 && page.width < 2_300 ? dotsPerInch : page.width / 8.27);
  if (page.xDots !== null && page.yDots !== null && page.xDots !== page.yDots)
    return { xDots, yDots: (xDots * page.yDots) / page.xDots };
  // Without a word about the rows: half as many as columns an inch when the page would else be a landscape strip.
  return { xDots, yDots: page.height < page.width * 0.9 ? xDots * (98 / 204) : xDots };
}
