import type { Knex } from 'knex';
import type { ContractStore } from '../desk/ports.ts';
import type { Contact, Contract, ServicePeriod, SupportNumber } from '../inquiry/contract.ts';
import type { Database } from './database.ts';
import { gathered } from './gather.ts';
import { instant, type Row } from './row.ts';

/** Rows in one statement: well under the parameters SQLite and PostgreSQL allow. */
const batchRows = 500;

export function contractStore(db: Database): ContractStore {
  return {
    replace: (contracts, now) => db.write((trx) => replace(trx, contracts, instant(now))),
    find: gathered(async (numbers) => {
      const found = await db.read((q) => load(q, numbers));
      return numbers.map((number) => found.find((one) => one.number === number) ?? null);
    }),
    registeredOn: gathered(async (addresses) => {
      const wanted = addresses.map(registeredNames);
      const names = [...new Set(wanted.flat())];
      const found = await db.read((q) => load(q, q('contacts').whereIn('email', names).select('number')));
      return wanted.map((own) =>
        found.filter(({ contacts }) => contacts.some(({ email }) => own.includes(email))),
      );
    }),
    registeredFax: (fax) =>
      db.read((q) => load(q, fax === '' ? [] : q('contacts').where({ fax }).select('number'))),
    numbers: () => db.read(async (q) => new Set<string>(await q('contracts').pluck('number'))),
    count: () =>
      db.read(async (q) => {
        const row: Row | undefined = await q('contracts').count({ n: '*' }).first();
        return Number(row?.['n']);
      }),
  };
}

/** What a contact of this address may be registered as: itself, or its whole domain. */
function registeredNames(address: string): readonly string[] {
  const wanted = address.toLowerCase();
  const at = wanted.lastIndexOf('@');
  return at < 1 ? [] : [wanted, wanted.slice(at)];
}

/**
 * The contract rows go first: a second import of the same numbers waits on them, and then removes what the first one
 * wrote. Two imports in different order may block each other; the transaction that loses is done again.
 */
async function replace(trx: Knex, contracts: readonly Contract[], importedAt: string): Promise<void> {
  const inBatches = async (rows: readonly object[], write: (rows: readonly object[]) => Promise<unknown>) => {
    for (let at = 0; at < rows.length; at += batchRows) await write(rows.slice(at, at + batchRows));
  };
  const rows = contracts.map((contract) => ({
    number: contract.number,
    customer: contract.customer,
    product: contract.product,
    purchased_on: contract.purchasedOn,
    status: contract.status,
    customised: contract.customised ? 1 : 0,
    imported_at: importedAt,
  }));
  await inBatches(rows, async (some) => {
    await trx('contracts').insert(some).onConflict('number').merge();
    const numbers = (some as typeof rows).map((row) => row.number);
    await trx('service_periods').whereIn('number', numbers).delete();
    await trx('contacts').whereIn('number', numbers).delete();
  });
  const periods = contracts.flatMap(({ number, periods }) =>
    periods.map((period) => ({ number, starts_on: period.startsOn, ends_on: period.endsOn })),
  );
  await inBatches(periods, (some) => trx('service_periods').insert(some).then());
  const contacts = contracts.flatMap(({ number, contacts }) =>
    contacts.map(({ company, department, name, email, fax, phone }) => ({
      number,
      company,
      department,
      name,
      email: email.toLowerCase(),
      fax,
      phone,
    })),
  );
  await inBatches(contacts, (some) => trx('contacts').insert(some).then());
}

/** One statement, so that an import in between cannot give half of the old contract and half of the new. */
async function load(q: Knex, numbers: readonly string[] | Knex.QueryBuilder): Promise<readonly Contract[]> {
  const rows: Row[] = await q('contracts as c')
    .leftJoin('service_periods as p', 'p.number', 'c.number')
    .leftJoin('contacts as k', 'k.number', 'c.number')
    .whereIn('c.number', numbers as readonly string[])
    .orderBy(['c.number', 'p.starts_on', 'p.id', 'k.id'])
    .select('c.*', 'p.id as period_id', 'p.starts_on', 'p.ends_on', 'k.id as contact_id')
    .select('k.company', 'k.department', 'k.name', 'k.email', 'k.fax', 'k.phone');
  const found = new Map<string, { row: Row; periods: Map<unknown, Row>; contacts: Map<unknown, Row> }>();
  for (const row of rows) {
    const number = String(row['number']);
    const contract = found.get(number) ?? { row, periods: new Map(), contacts: new Map() };
    found.set(number, contract);
    if (row['period_id'] !== null) contract.periods.set(row['period_id'], row);
    if (row['contact_id'] !== null) contract.contacts.set(row['contact_id'], row);
  }
  return [...found.values()].map(({ row, periods, contacts }) => ({
    number: String(row['number']) as SupportNumber,
    customer: String(row['customer']),
    product: String(row['product']),
    purchasedOn: String(row['purchased_on']),
    status: row['status'] as Contract['status'],
    customised: row['customised'] === 1,
    periods: [...periods.values()].map(toPeriod),
    contacts: [...contacts.values()].map(toContact),
  }));
}

function toPeriod(row: Row): ServicePeriod {
  return { startsOn: String(row['starts_on']), endsOn: String(row['ends_on']) };
}

function toContact(row: Row): Contact {
  return {
    company: String(row['company']),
    department: String(row['department']),
    name: String(row['name']),
    email: String(row['email']),
    fax: String(row['fax']),
    phone: String(row['phone']),
  };
}
