/** Every bound of the fax reader, with the attack or accident it stops. Units stand last in the name. */

/** Pages read of one fax: a sender's 200 pages, a PDF that claims 100,000. The rest is kept unread. */
export const pagesRead = 20;

/** Pages that killed their reader after which the rest is kept unread: a minute each, and other faxes wait. */
export const pagesLost = 3;

/** Pixels decoded of one page: a PNG of 31 KB became 256 MB, a TIFF of 60,000² stopped nowhere else. */
export const pagePixels = 40_000_000;

/** Narrower or flatter than this is no page: the 1-pixel strips some gateways send between pages. */
export const pageSidePixelsMin = 64;

/** The resolution all readers work at; 300 dpi bought nothing over it. */
export const dotsPerInch = 204;

/** A page as the readers see it, square: an A3 page of endless paper, 17 × 66 inches. */
export const squarePixels = 3_500 * 13_500;

/** Directories of a TIFF walked: a chain that bites its own tail. */
export const tiffDirectories = 2_000;

/** Text taken from a page's text layer or from recognition. */
export const pageTextChars = 100_000;

/**
 * Decoding of one page: a JBIG2 stream that never ends, a Flate bomb (10.8 s measured). These two are time on the wall: an
 * honest page of half a second took 20 s on a machine with ten times more work than cores.
 */
export const decodeMilliseconds = 60_000;

/** Resident memory while decoding (a Flate bomb took 1.5 GB). */
export const decodeRssBytes = 900 * 1024 * 1024;

/** Recognition of one page; a page of dense text takes 2 to 5 s on a free core. */
export const ocrMilliseconds = 180_000;

/** Resident memory of one recogniser; about 350 MB is ordinary. */
export const ocrRssBytes = 700 * 1024 * 1024;

/** Jobs before a child is replaced: tesseract.js grows over many pages (#977, #1045). */
export const ocrJobs = 250;
export const decodeJobs = 40;

/** An idle child ends after this. */
export const idleMilliseconds = 30_000;
