/** Draws the small fields of fixtures/fax/number-*.png for the tests (invented numbers): npx tsx bench/train/fixtures.ts */
import { join } from 'node:path';
import sharp from 'sharp';
import { createAtlas } from './atlas.ts';
import { fax, type Tier } from './degrade.ts';
import { layOut, type Style } from './layout.ts';
import { createRandom } from './random.ts';

const wanted: readonly (readonly [string, string, Style, Tier, string | null])[] = [
  ['hand', 'KleeOne-Regular', 'colon', 2, 'CL-4703-9182'],
  ['slashed-zero', 'ipag', 'no', 1, 'CL-2006-9305'],
  ['boxed', 'BIZUDGothic-Regular', 'boxed', 1, 'CL-6814-2057'],
  ['none', 'BIZUDMincho-Regular', 'colon', 2, null],
];
const faces = [...(await createAtlas('test')), ...(await createAtlas('train'))];
for (const [name, font, style, tier, number] of wanted) {
  const random = createRandom(name.length * 97);
  const face = faces.find((one) => one.font.name === font)!;
  const { page } = fax(
    layOut({ width: 1250, height: 300, face, style, number, whole: false }, random),
    tier,
    'scan',
    random,
  );
  await sharp(page.grey, { raw: { width: page.width, height: page.height, channels: 1 } })
    .png({ palette: true, colours: 16 })
    .toFile(join(import.meta.dirname, `../../fixtures/fax/number-${name}.png`));
}
