/** `uketsuke contracts import|show`: the registry of certificates (約款 3, spec 3.5). */
import { isoJst } from '../calendar/jst.ts';
import { importContracts } from '../desk/import-contracts.ts';
import type { Contract } from '../inquiry/contract.ts';
import { parseContracts } from '../inquiry/contract-csv.ts';
import { placed } from '../inquiry/csv-table.ts';
import { canonicalNumber } from '../inquiry/support-number.ts';
import { type Door, Failed } from './door.ts';

export async function contractsImport(door: Door, file: string): Promise<void> {
  const { mask } = door.config;
  const parsed = parseContracts(door.readBytes(file), (text) => canonicalNumber(mask, text));
  if ('problems' in parsed) {
    const problems = parsed.problems.map((one) => ({ file, ...one }));
    const lines = problems.map((one) => placed(file, one));
    door.print({ imported: 0, problems }, `${lines.join('\n')}\nMend these lines and import again.`);
    throw new Failed(
      `${file}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}, nothing was imported`,
    );
  }
  const desk = await door.desk();
  const reopened = await importContracts(desk, parsed.contracts, door.now());
  const document = { imported: parsed.contracts.length, warnings: parsed.warnings, reopened };
  const lines = [
    ...parsed.warnings.map((one) => placed(file, { ...one, message: `warning: ${one.message}` })),
    `${parsed.contracts.length} contracts imported.`,
    ...reopened.map((ref) => `${ref} waited for this and is open now.`),
  ];
  door.print(document, lines.join('\n'));
}

export async function contractsShow(door: Door, text: string): Promise<void> {
  const number = canonicalNumber(door.config.mask, text);
  if (number === null)
    throw new Error(
      `contracts show: "${text}" is not a support service number; write it as ${door.config.mask.text}`,
    );
  const contract = await (await door.desk()).store.contracts.find(number);
  if (contract === null)
    throw new Error(
      `contracts show: ${number} is not in the registry; add it with uketsuke contracts import FILE.csv`,
    );
  door.print(contract, describe(contract, door.now()));
}

function describe(contract: Contract, now: Date): string {
  return [
    `${contract.number}  ${contract.customer}  ${contract.product}  ${contract.status}`,
    `customised: ${contract.customised ? 'yes' : 'no'}; first purchase ${contract.purchasedOn}`,
    ...contract.periods.map((period) => `  period ${period.startsOn} … ${period.endsOn}`),
    ...contract.contacts.map(
      (one) => `  contact ${one.company} ${one.department} ${one.name} ${one.email} ${one.fax}`,
    ),
    `as of ${isoJst(now)}`,
  ].join('\n');
}
