/** The part of `uketsuke read` for PDF and TIFF: what each page said, and who of the readers saw which number. */
import { dayOf } from '../calendar/jst.ts';
import type { Contract } from '../inquiry/contract.ts';
import type { FaxDocument } from '../inquiry/fax.ts';
import { type FaxCall, faxFiles, probableGateway, readCall } from '../inquiry/fax-call.ts';
import { gatewayOf } from '../inquiry/fax-gateway.ts';
import { together } from '../inquiry/fax-number.ts';
import type { Letter } from '../inquiry/letter.ts';
import { phoneNumbers } from '../inquiry/phone-number.ts';
import { numberResult } from '../inquiry/triage.ts';
import { type Door, Failed } from './door.ts';

type Registry = ReadonlyMap<string, Contract> | null;
type Explained = ReturnType<typeof explained>;

/** Null when the file is neither PDF nor TIFF. @throws Failed when its name says that it is one. */
export async function faxFile(door: Door, file: string, registry: Registry): Promise<Explained | null> {
  const fax = await documentOf(door, door.readBytes(file), registry, []);
  if (fax === null && /\.(?:pdf|tiff?)$/i.test(file))
    throw new Failed(`${file} is neither PDF nor TIFF inside, whatever its name says; get the file again`);
  return fax === null ? null : explained(door, fax, registry, null);
}

/** The fax in a gateway's mail; null when the mail brings none. One that is not listed is explained all the same. */
export async function faxMail(
  door: Door,
  raw: Buffer,
  letter: Letter,
  registry: Registry,
): Promise<Explained | null> {
  const gateway = gatewayOf(letter, door.config.faxGateways) ?? probableGateway(letter);
  const wanted = new Set(faxFiles(letter).map(({ digest }) => digest));
  if (gateway === null || wanted.size === 0) return null;
  const call = readCall(letter, gateway);
  const unpacked = await door.unpack(raw);
  if (unpacked.kind === 'killed') throw new Error(`the reader was stopped: ${unpacked.reason}`);
  const documents: FaxDocument[] = [];
  for (const { content } of unpacked.attachments.filter(({ digest }) => wanted.has(digest))) {
    const calling = [call.caller, call.claimed].flatMap((one) => one ?? []);
    const fax = await documentOf(door, content, registry, calling);
    if (fax !== null) documents.push(fax);
  }
  return explained(door, { ...together(documents), from: call.caller }, registry, call);
}

async function documentOf(
  door: Door,
  raw: Uint8Array,
  registry: Registry,
  calling: readonly string[],
): Promise<FaxDocument | null> {
  const known = registry === null ? null : { knows: (number: string) => registry.has(number) };
  return door.readFax(raw, known, (header) => pointedTo([...calling, ...phoneNumbers(header)], registry));
}

/** Contracts of these fax numbers; what a machine says of itself may lie, so they only rank. */
function pointedTo(faxes: readonly string[], registry: Registry): readonly string[] {
  const all = [...(registry?.values() ?? [])].filter(({ contacts }) =>
    contacts.some(({ fax }) => faxes.includes(fax)),
  );
  return all.map(({ number }) => number);
}

function explained(door: Door, fax: FaxDocument, registry: Registry, call: FaxCall | null) {
  const { strip: _, ...rest } = fax;
  const contract = fax.number.value === null ? null : (registry?.get(fax.number.value) ?? null);
  const result = numberResult(fax.number, contract, dayOf(door.now())).result;
  return {
    ...rest,
    call,
    number: { ...fax.number, registry: registry === null ? null : result },
    pages: fax.pages.map(({ png: _png, ...page }) => page),
  };
}

export function faxStory(fax: Explained): string {
  const { number } = fax;
  return [
    `${fax.kind} by ${fax.channel} from ${fax.from ?? 'an unknown caller'}: ${fax.subject}`,
    ...(fax.call === null ? [] : [callStory(fax.call)]),
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

function callStory({ gateway, caller, claimed, pages }: FaxCall): string {
  const told = pages === null ? '' : `, ${pages} page(s) reported`;
  const self = claimed === null ? '' : `, its machine says ${claimed}`;
  return `gateway: ${gateway}; caller ${caller ?? 'unknown'}${self}${told}`;
}
