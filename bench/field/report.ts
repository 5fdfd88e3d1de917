/** Tables of a kept sample: what was accepted, by whom, and what our own reader alone would have done. Pure. */
import { type Agreement, agree, type FaxReading } from '../../src/fax/agreement.ts';
import type { FaxRegistry } from '../../src/inquiry/fax.ts';
import type { Mask } from '../../src/inquiry/mask.ts';
import type { Kept } from './run.ts';

interface Judged extends Kept {
  readonly withRegistry: Agreement;
  readonly without: Agreement;
}

const thresholds = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999] as const;

export function report(all: readonly Kept[], mask: Mask, registry: FaxRegistry): string {
  const judged = all.map((one) => ({
    ...one,
    withRegistry: agree(mask, one.readings, registry),
    without: agree(mask, one.readings, null),
  }));
  const fields = judged.filter(({ truth }) => truth !== null);
  return [
    accepted(fields),
    alone(fields, 'clear'),
    alone(fields, 'confidence'),
    ...(['empty', 'others'] as const).flatMap((kind) =>
      without(
        judged.filter(({ key }) => key.startsWith(kind)),
        kind,
      ),
    ),
    '',
    ...mistakes(fields),
    '',
  ].join('\n');
}

function groupsOf(fields: readonly Judged[]): readonly (readonly [string, readonly Judged[]])[] {
  const names = [...new Set(fields.flatMap(({ groups }) => groups))].sort();
  return [
    ['all', fields] as const,
    ...names.map((name) => [name, fields.filter(({ groups }) => groups.includes(name))] as const),
  ];
}

function accepted(fields: readonly Judged[]): string {
  const rows = groupsOf(fields).map(([name, these]) => {
    const cells = (['withRegistry', 'without'] as const).map((which) => {
      const taken = these.filter((one) => one[which].value !== null);
      const wrong = taken.filter((one) => one[which].value !== one.truth).length;
      const share = ((100 * (taken.length - wrong)) / Math.max(1, these.length)).toFixed(1);
      return `${taken.length - wrong}/${wrong} (${share} %)`.padEnd(22);
    });
    return `  ${name.padEnd(16)}${String(these.length).padStart(6)}  ${cells.join('')}`;
  });
  const title = `  ${'fields'.padEnd(16)}${''.padStart(6)}  ${'registry of 2,000'.padEnd(22)}without registry`;
  return [`accepted right/wrong (share right)`, title, ...rows, ''].join('\n');
}

function alone(fields: readonly Judged[], measure: 'confidence' | 'clear'): string {
  const own = (one: Judged) => one.readings.find(({ reader }) => reader === 'field');
  const head = `  ${''.padEnd(16)}${thresholds.map((p) => `≥ ${p}`.padEnd(11)).join('')}`;
  const rows = groupsOf(fields).map(([name, these]) => {
    const cells = thresholds.map((p) => {
      const sure = these.filter((one) => (own(one)?.[measure] ?? -1) >= p);
      const wrong = sure.filter((one) => own(one)?.value !== one.truth).length;
      return `${sure.length - wrong}/${wrong}`.padEnd(11);
    });
    return `  ${name.padEnd(16)}${cells.join('')}`;
  });
  return [`our own reader, right/wrong of what it reads with ${measure} of at least`, head, ...rows, ''].join(
    '\n',
  );
}

function without(pages: readonly Judged[], kind: 'empty' | 'others'): readonly string[] {
  const seen = pages.filter(({ readings }) => readings.length > 0);
  const taken = pages.filter((one) => one.withRegistry.value !== null || one.without.value !== null);
  const what = kind === 'empty' ? 'pages without a number' : 'pages with numbers of other kinds';
  return [
    `${what}: ${pages.length}, something seen on ${seen.length}, accepted ${taken.length}`,
    ...taken.map(({ key, note, readings }) => `  ACCEPTED ${key} (${note}): ${told(readings)}`),
  ];
}

const told = (readings: readonly FaxReading[]) =>
  readings
    .map(({ reader, value, confidence, clear, sharesBox }) => {
      const shared = sharesBox ? '*' : '';
      const own = reader === 'field' ? ` clear ${clear.toFixed(3)}` : '';
      return `${reader}${shared} ${value} ${confidence.toFixed(3)}${own}`;
    })
    .join(', ');

function mistakes(fields: readonly Judged[]): readonly string[] {
  const wrong = fields.filter(({ truth, withRegistry, without }) =>
    [withRegistry.value, without.value].some((value) => value !== null && value !== truth),
  );
  return wrong.map(({ key, note, truth, readings, withRegistry, without }) => {
    const by = withRegistry.value === null ? 'without registry' : 'WITH REGISTRY';
    return `wrong ${by}: ${key} (${note}) ${truth} taken for ${withRegistry.value ?? without.value}: ${told(readings)}`;
  });
}
