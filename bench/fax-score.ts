/** How near a page's text is to the truth, as the corpus's README defines it. */

const solid = (text: string): readonly string[] => [...text.normalize('NFKC').replace(/\s/g, '')];

/** Edit distance of the body to its best place in the page's text, divided by the body's length. */
export function characterErrorRate(body: string, text: string): number {
  const [wanted, read] = [solid(body), solid(text)];
  if (wanted.length === 0) return 0;
  let above = new Int32Array(read.length + 1);
  for (const [index, char] of wanted.entries()) {
    const row = new Int32Array(read.length + 1);
    row[0] = index + 1;
    for (let at = 0; at < read.length; at++) {
      const step = above[at]! + (read[at] === char ? 0 : 1);
      row[at + 1] = Math.min(step, above[at + 1]! + 1, row[at]! + 1);
    }
    above = row;
  }
  return Math.min(...above) / wanted.length;
}
