/** The reference of a ticket (受付番号): `R-YYYYMMDD-NNNN`, day of receipt in Asia/Tokyo, at least four digits (spec 1). */

/** @param count the count of the day, from 1. */
export function formatReference(day: string, count: number): string {
  return `R-${day.replaceAll('-', '')}-${String(count).padStart(4, '0')}`;
}

/** Every `[R-…]` in a subject, in order, once each; full-width brackets and letters are the same. */
export function referencesIn(subject: string): readonly string[] {
  const folded = subject.normalize('NFKC').toUpperCase();
  const found = Array.from(folded.matchAll(/[[【](R-\d{8}-\d{4,12})[\]】]/g), (match) => match[1]!);
  return [...new Set(found)];
}
