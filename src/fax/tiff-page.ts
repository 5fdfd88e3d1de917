/** One page of a TIFF (CCITT G3, G4 and whatever else libtiff reads). Runs in the killable child. */
import sharp, { type Sharp } from 'sharp';
import * as limits from './limits.ts';
import { type Content, type Decoded, type Raster, unreadable } from './raster.ts';
import { readTiffDirectories, resolutionOf } from './tiff-directory.ts';

// One page at a time: libvips' own threads and cache would only add memory.
sharp.concurrency(1);
sharp.cache(false);

/** `page` counts from 1. */
export async function tiffPage(raw: Buffer, page: number): Promise<Decoded> {
  const directories = readTiffDirectories(raw);
  const total = directories.length;
  if (total > 0 && page > total) return { total, content: unreadable('no-such-page') };
  const directory = directories[page - 1];
  if (directory !== undefined && directory.width * directory.height > limits.pagePixels)
    return { total, content: unreadable('too-large', `${directory.width} × ${directory.height} pixels`) };
  return { total, content: await contentOf(raw, page, directory) };
}

async function contentOf(
  raw: Buffer,
  page: number,
  directory: ReturnType<typeof readTiffDirectories>[number] | undefined,
): Promise<Content> {
  const open = (failOn: 'error' | 'none') =>
    sharp(raw, { page: page - 1, failOn, limitInputPixels: limits.pagePixels });
  const resolution = (width: number, height: number) =>
    resolutionOf({ xDots: null, yDots: null, ...directory, width, height });
  try {
    return await rasterOf(open('error'), resolution, false);
  } catch {
    // Line noise breaks single rows of a fax, and a cut transfer the last ones: what is there is still a page.
    try {
      return await rasterOf(open('none'), resolution, true);
    } catch (error) {
      return unreadable('malformed', (error as Error).message);
    }
  }
}

/**
 * Grey pixels of an image, no finer than the readers' resolution: reducing is left to libvips, which averages.
 */
export async function rasterOf(
  image: Sharp,
  resolution: (width: number, height: number) => { readonly xDots: number; readonly yDots: number },
  damaged: boolean,
): Promise<Content> {
  const { width, height } = await image.metadata();
  if (width < limits.pageSidePixelsMin || height < limits.pageSidePixelsMin / 2)
    return unreadable('too-small', `${width} × ${height} pixels`);
  const { xDots, yDots } = resolution(width, height);
  const finest = limits.dotsPerInch * 1.1;
  const across = xDots > finest ? Math.round((width * limits.dotsPerInch) / xDots) : width;
  const down = yDots > finest ? Math.round((height * limits.dotsPerInch) / yDots) : height;
  const flat = image.flatten({ background: '#ffffff' });
  const sized =
    across === width && down === height ? flat : flat.resize({ width: across, height: down, fit: 'fill' });
  const { data, info } = await sized
    .toColourspace('b-w')
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raster: Raster = {
    bitmap: { width: info.width, height: info.height, grey: new Uint8Array(data) },
    xDots: (xDots * info.width) / width,
    yDots: (yDots * info.height) / height,
    damaged,
  };
  return { kind: 'raster', raster };
}
