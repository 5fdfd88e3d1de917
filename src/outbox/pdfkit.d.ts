/** The part of pdfkit that is used here; the package brings no types. */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream';

  export default class PDFDocument extends Readable {
    constructor(options: {
      size: 'A4';
      margin: number;
      autoFirstPage: false;
      info: Readonly<Record<string, string | Date>>;
    });
    addPage(): this;
    font(file: string): this;
    fontSize(points: number): this;
    text(text: string, x: number, y: number, options: { lineBreak: false }): this;
    end(): void;
  }
}
