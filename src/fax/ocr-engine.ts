/**
 * tesseract.js inside the killable child: one worker a reading language, kept while the child lives. Language data come
 * from the installed packages, never from the network; every call is raced against the parent's clock, which
 * kills the child, because several of the library's promises never settle (missing data, terminate during a job).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createWorker, OEM, PSM, type Worker } from 'tesseract.js';
import { type Bitmap, type Box, graymap, softened } from './bitmap.ts';
import * as limits from './limits.ts';
import type { Turn } from './straighten.ts';

export interface Word {
  readonly text: string;
  readonly box: Box;
}

export interface TextLine {
  readonly words: readonly Word[];
  readonly box: Box;
}

export interface PageText {
  readonly text: string;
  /** 0 to 100, as tesseract gives it. */
  readonly confidence: number;
  readonly lines: readonly TextLine[];
}

type Language = 'jpn' | 'eng' | 'osd';

/** `4.0.0` of jpn writes digits as ①②③; orientation needs the legacy data, which only `4.0.0` has. */
const folders: Readonly<Record<Language, string>> = {
  jpn: '4.0.0_best_int',
  eng: '4.0.0_best_int',
  osd: '4.0.0',
};

const workers = new Map<Language, Promise<Worker>>();

/** Where the data of a language lie; throws when they are not installed, since tesseract.js would wait for ever. */
export function dataFolder(language: Language): string {
  const home = createRequire(import.meta.url).resolve(`@tesseract.js-data/${language}/package.json`);
  const folder = join(dirname(home), folders[language]);
  const file = join(folder, `${language}.traineddata.gz`);
  if (!existsSync(file)) throw new Error(`OCR data are missing: ${file}`);
  return folder;
}

function worker(language: Language): Promise<Worker> {
  const ready = workers.get(language) ?? start(language);
  workers.set(language, ready);
  return ready;
}

async function start(language: Language): Promise<Worker> {
  const legacy = language === 'osd';
  const started = await createWorker(language, legacy ? OEM.TESSERACT_ONLY : OEM.LSTM_ONLY, {
    langPath: dataFolder(language),
    cacheMethod: 'none',
    legacyCore: legacy,
    legacyLang: legacy,
    // Without it an image that cannot be read ends the process.
    errorHandler: () => undefined,
  });
  await started.setParameters({ user_defined_dpi: String(limits.dotsPerInch) });
  return started;
}

/**
 * How far the page must be turned clockwise to stand upright, and how sure that is; 0 and 0 when it cannot tell.
 * Asked seldom, so its worker of 100 MB ends with the question, and the line
 * reader makes room for it: that one is back in a tenth of a second.
 */
export async function orientationOf(
  page: Bitmap,
): Promise<{ readonly turn: Turn; readonly confidence: number }> {
  const idle = workers.get('eng');
  workers.delete('eng');
  await (await idle)?.terminate();
  const compass = await start('osd');
  try {
    const { data } = await compass.detect(graymap(page));
    const turn = data.orientation_degrees;
    const known = turn === 90 || turn === 180 || turn === 270;
    return { turn: known ? turn : 0, confidence: data.orientation_confidence ?? 0 };
  } finally {
    await compass.terminate();
  }
}

/** The text of a page or strip: Japanese, layout found by itself (PSM 3). */
export async function textOf(page: Bitmap): Promise<PageText> {
  const japanese = await worker('jpn');
  await japanese.setParameters({ tessedit_pageseg_mode: PSM.AUTO });
  const { data } = await japanese.recognize(
    graymap(softened(softened(page))),
    {},
    { text: true, blocks: true },
  );
  const lines = (data.blocks ?? []).flatMap((block) =>
    block.paragraphs.flatMap((paragraph) => paragraph.lines),
  );
  return {
    text: data.text.slice(0, limits.pageTextChars),
    confidence: data.confidence,
    lines: lines.map(({ words, bbox }) => ({
      words: words.map((word) => ({ text: word.text, box: boxOf(word.bbox) })),
      box: boxOf(bbox),
    })),
  };
}

const boxOf = ({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): Box => ({
  x: x0,
  y: y0,
  width: x1 - x0,
  height: y1 - y0,
});

/** One line, read by another model that knows only these characters. */
export async function lineOf(line: Bitmap, characters: string): Promise<PageText> {
  const latin = await worker('eng');
  await latin.setParameters({ tessedit_pageseg_mode: PSM.SINGLE_LINE, tessedit_char_whitelist: characters });
  const { data } = await latin.recognize(graymap(softened(line)));
  return { text: data.text.trim(), confidence: data.confidence, lines: [] };
}
