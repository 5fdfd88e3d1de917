/**
 * Every bound of the reader, with the attack or accident it stops. Units stand last in the name.
 * A bound that is passed gives a `limited` reading: the letter holds what was read so far.
 */

/** Mail read at all; what lies behind it is kept raw only. IMAP and SMTP refuse earlier. */
export const mailBytes = 64 * 1024 * 1024;

/** A single header of 900 KB, 50,000 header fields: the parser's own limit, of one node. */
export const headBytes = 1024 * 1024;

/** Fields kept in a letter. More than fifty Received is a loop, so the bound is well above it. */
export const headerFields = 500;

/** One field as kept in a letter (a Subject of 900 KB reached storage whole). */
export const headerValueChars = 4_000;

/** `=?` repeated 400,000 times: no more than this of one field is searched for encoded words. */
export const headerDecodedBytes = 64 * 1024;

/** Subject as stored and shown. */
export const subjectChars = 500;

/** A display name as shown. */
export const nameChars = 200;

/** Addresses of one field: mail to 10,000 recipients. */
export const addresses = 100;

/** Message-IDs of In-Reply-To and of References: fields of 900 KB were copied into answers. */
export const referenceIds = 20;

/** MIME parts: 10,000 parts or 5,000 levels. The parser throws EMAXLEN past it. */
export const parts = 1_000;

/** Attachments listed in a letter; the rest is counted. */
export const attachments = 200;

/** Bytes of text decoded for each part and text kept in all: 20 MB of text, 10 MB of newlines. */
export const textBytes = 1024 * 1024;

/** Lines of text kept: 10 MB of newlines make a million empty lines for every rule that works by lines. */
export const textLines = 50_000;

/** HTML turned into text: 10 MB of markup hold the converter for minutes. */
export const htmlBytes = 2 * 1024 * 1024;

/** Nesting of HTML: 200,000 `<div>` overflow the stack, and the parser then gives empty text. */
export const htmlDepth = 500;

/** Elements of HTML: 600,000 `<p>` held the converter for seconds; a mail of a person has hundreds. */
export const htmlElements = 50_000;

/** Raw bytes read of a mail that is one text: what lies behind could not be kept, and 10 MB of newlines take seconds to split. */
export const singleTextBytes = 6 * 1024 * 1024;

/** Start and end kept of each attachment, enough for magic bytes, ZIP directory and PDF trailer. */
export const attachmentPeekBytes = 64 * 1024;

/** File name as shown: a name of 4 KB. */
export const fileNameChars = 150;

/** Recipients and Message-IDs taken from one delivery report. */
export const reportRecipients = 50;

/** Text of a bounce in words that is searched for addresses and reasons: it may carry the whole mail that came back. */
export const bounceChars = 100_000;

/** Reading gives up by itself after this and returns what it has. */
export const readingMilliseconds = 20_000;

/**
 * The parent kills the child after this: an endless loop never looks at its own clock. At the first try mail waits
 * behind it, so it has less; a mail that only needs longer gets it in a lane of its own.
 */
export const firstTryMilliseconds = 15_000;
export const childMilliseconds = 60_000;

/** Resident memory of the child. A heap limit does not bound buffers (807 MB under 128 MB of heap). */
export const childRssBytes = 700 * 1024 * 1024;

/** An idle child ends after this and is started again by the next mail. */
export const childIdleMilliseconds = 30_000;

/** A child is replaced after this many mails, so that nothing it leaked grows for ever. */
export const childMails = 2_000;
