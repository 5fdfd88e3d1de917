/** `uketsuke read FILE`: reads a mail or a fax and explains what was seen and why; changes nothing (spec 8). */
import { dayOf } from '../calendar/jst.ts';
import { formSender } from '../desk/look-up.ts';
import { screen } from '../inquiry/automatic-mail.ts';
import { parseContracts } from '../inquiry/contract-csv.ts';
import { placed } from '../inquiry/csv-table.ts';
import type { Letter } from '../inquiry/letter.ts';
import { opensWithNumber, readNumber } from '../inquiry/opening.ts';
import { applyProfile } from '../inquiry/profile.ts';
import { canonicalNumber } from '../inquiry/support-number.ts';
import { numberResult } from '../inquiry/triage.ts';
import { type Door, Failed } from './door.ts';
import { faxFile, faxMail, faxStory } from './read-fax.ts';

export async function read(
  door: Door,
  file: string,
  options: { readonly contracts?: string },
): Promise<void> {
  const registry = options.contracts === undefined ? null : openRegistry(door, options.contracts);
  const fax = await faxFile(door, file, registry);
  if (fax !== null) return door.print(fax, faxStory(fax));
  const documents = [];
  for await (const { raw, name } of door.mailsIn(file)) {
    const reading = await door.readMail(raw);
    if (reading.kind === 'killed') throw new Error(`${name}: the reader was stopped: ${reading.reason}`);
    const limit = reading.kind === 'limited' ? reading.limit : null;
    const pages = await faxMail(door, raw, reading.letter, registry);
    documents.push(pages ?? explain(door, reading.letter, limit, registry));
  }
  const document = documents.length === 1 ? documents[0] : documents;
  const told = documents.map((one) => (one.channel === 'fax' ? faxStory(one) : story(one)));
  door.print(document, told.join('\n\n'));
}

function openRegistry(door: Door, file: string) {
  const parsed = parseContracts(door.readBytes(file), (text) => canonicalNumber(door.config.mask, text));
  if ('contracts' in parsed) return new Map(parsed.contracts.map((one) => [one.number as string, one]));
  const lines = parsed.problems.map((one) => placed(file, one));
  throw new Failed(lines.join('\n'));
}

function explain(
  door: Door,
  letter: Letter,
  limit: string | null,
  registry: ReturnType<typeof openRegistry> | null,
) {
  const { config } = door;
  const form = applyProfile(letter, config.formProfiles);
  const reading = readNumber(config.mask, letter, form);
  const screening = screen(letter, {
    returnPath:
      letter.headers.find((field) => field.name === 'return-path')?.value.replace(/^<|>$/g, '') ?? null,
    ourAddresses: config.addresses,
    staffAddresses: config.staff.map((one) => one.address),
    robots: config.robots,
    numbered: opensWithNumber(reading),
  });
  const from = form === null ? letter.from : formSender(form);
  const ours = from !== null && config.addresses.includes(from.address);
  const contract = reading.value === null ? null : (registry?.get(reading.value) ?? null);
  return {
    channel: 'mail' as const,
    kind: ours ? 'own' : form === null ? screening.kind : 'inquiry',
    from: from?.address ?? null,
    fromName: from?.name ?? '',
    subject: letter.subject,
    text: letter.text,
    ownText: form?.text ?? letter.body.own,
    quoted: letter.body.quoted,
    signature: letter.body.signature,
    number: {
      ...reading,
      registry: registry === null ? null : numberResult(reading, contract, dayOf(door.now())).result,
    },
    mayAnswer: form !== null || screening.mayAnswer,
    evidence: screening.reasons,
    attachments: letter.attachments,
    notes: letter.notes,
    limit,
    pages: [],
  };
}

function story(document: ReturnType<typeof explain>): string {
  const { number } = document;
  return [
    `${document.kind} by ${document.channel} from ${document.from ?? 'nobody'}: ${document.subject}`,
    `number: ${number.value ?? 'none'} (${number.decision}${number.registry === null ? '' : `, registry: ${number.registry}`})`,
    `because: ${number.reason}`,
    ...document.evidence.map((one) => `evidence: ${one}`),
    ...document.notes.map((one) => `note: ${one.kind}: ${one.detail}`),
    ...(document.limit === null ? [] : [`limit passed: ${document.limit}`]),
    ...document.attachments.map((one) => `attachment: ${one.name} (${one.type}, ${one.bytes} bytes)`),
    '',
    document.ownText,
  ].join('\n');
}
