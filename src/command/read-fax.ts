/** The part of `uketsuke read` for PDF and TIFF: what each page said, and who of the readers saw which number. */
import { dayOf } from '../calendar/jst.ts';
import type { Contract } from '../inquiry/contract.ts';
import type { FaxDocument } from '../inquiry/fax.ts';
import { numberResult } from '../inquiry/triage.ts';
import type { Door } from './door.ts';

type Registry = ReadonlyMap<string, Contract> | null;
type Explained = ReturnType<typeof explained>;

/** Null when the file is neither PDF nor TIFF. */
export async function faxDocument(door: Door, file: string, registry: Registry): Promise<Explained | null> {
  const known = registry === null ? null : { knows: (number: string) => registry.has(number) };
  const fax = await door.readFax(door.readBytes(file), known, (header) => pointedTo(header, registry));
  return fax === null ? null : explained(door, fax, registry);
}

/** Contracts with a contact whose fax number stands in the header line; that line may lie, so they only rank. */
function pointedTo(header: string, registry: Registry): readonly string[] {
  const digits = header.normalize('NFKC').replace(/[^0-9]+/g, '');
  if (registry === null || digits === '') return [];
  const calls = (fax: string) => fax.length >= 9 && digits.includes(fax);
  const all = [...registry.values()].filter(({ contacts }) => contacts.some(({ fax }) => calls(fax)));
  return all.map(({ number }) => number);
}

function explained(door: Door, fax: FaxDocument, registry: Registry) {
  const { strip: _, ...rest } = fax;
  const contract = fax.number.value === null ? null : (registry?.get(fax.number.value) ?? null);
  const result = numberResult(fax.number, contract, dayOf(door.now())).result;
  return {
    ...rest,
    number: { ...fax.number, registry: registry === null ? null : result },
    pages: fax.pages.map(({ png: _png, ...page }) => page),
  };
}

export function faxStory(fax: Explained): string {
  const { number } = fax;
  return [
    `${fax.kind} by ${fax.channel} from ${fax.from ?? 'an unknown caller'}: ${fax.subject}`,
    ...(fax.header === '' ? [] : [`header line: ${fax.header}`]),
    `number: ${number.value ?? 'none'} (${number.decision}${number.registry === null ? '' : `, registry: ${number.registry}`})`,
    `because: ${number.reason}`,
    `known after ${fax.numberSeconds.toFixed(1)} s`,
    ...number.candidates.map(({ value, readers }) => {
      const who = readers.map((one) => `${one.reader} '${one.raw}' ${one.confidence.toFixed(2)}`);
      return `candidate: ${value} (${who.join(', ') || 'near match, or the header line points to it'})`;
    }),
    ...fax.pages.map(
      (page) =>
        `page ${page.page}: ${page.outcome}, confidence ${Math.round(page.confidence)}, ${page.seconds.toFixed(1)} s` +
        `${page.turned === 0 ? '' : `, turned by ${page.turned}°`}${page.detail === '' ? '' : ` (${page.detail})`}`,
    ),
    ...(fax.unread === 0 ? [] : [`pages kept unread: ${fax.unread}`]),
    '',
    fax.text,
  ].join('\n');
}
