/** Pieces every letter shares: the notice of a closure and the signature of the desk (tone). */
import type { ClosureNotice, DeskFacts } from './facts.ts';
import { oneLine, plainLines } from './words.ts';

const RULE = '―'.repeat(34);
const HOURS = '9:00～12:00、13:00～17:30';

/** The notice of a coming or running closure, or nothing at all. */
export function closureBlock(notice: ClosureNotice | null): string {
  if (notice === null) return '';
  const { name, from, to, reopens } = notice;
  return [
    '■休業日のお知らせ',
    `${oneLine(name)}のため、下記の期間は休業とさせていただきます。`,
    from === to ? `  ${from}` : `  ${from} ～ ${to}`,
    '期間中もメール、FAXは受信しておりますが、ご回答は',
    `${reopens} 以降、順次差しあげます。`,
  ].join('\n');
}

/** The signature of the desk, under an answer with who wrote; what is not configured leaves no trace. */
export function signatureBlock(desk: DeskFacts, surname = ''): string {
  if (desk.signature !== undefined && desk.signature.trim() !== '')
    return plainLines(desk.signature).trimEnd();
  const fax = given(desk.fax);
  const tel = given(desk.tel);
  return [
    RULE,
    oneLine(desk.name),
    ...(surname === '' ? [] : [`担当: ${surname}`]),
    `E-mail: ${oneLine(desk.mail)}${fax === null ? '' : `   FAX: ${fax}`}`,
    ...(tel === null ? [] : [`カスタマセンターTEL: ${tel}`]),
    `受付時間: ${hoursOf(desk)}`,
    '(土・日・祝日および当社休業日を除く)',
    RULE,
  ].join('\n');
}

/** Reception hours in words. */
export function hoursOf(desk: DeskFacts): string {
  return given(desk.hours) ?? HOURS;
}

function given(text: string | undefined): string | null {
  return text === undefined || oneLine(text) === '' ? null : oneLine(text);
}
