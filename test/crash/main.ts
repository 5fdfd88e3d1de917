/** `npm run test:crash [-- --kills N --seed N --fault lose|double --steps a,b --database postgres://…]`. Exit 1 when something was lost or doubled. */
import { parseArgs } from 'node:util';
import { crash } from './driver.ts';
import { type Fault, faults, type Step, steps } from './steps.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    fault: { type: 'string' },
    steps: { type: 'string' },
    database: { type: 'string' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const only = values.steps?.split(',') as Step[] | undefined;
const usable =
  Number.isSafeInteger(kills) &&
  kills > 0 &&
  Number.isSafeInteger(seed) &&
  (values.fault === undefined || faults.includes(values.fault as Fault)) &&
  (only === undefined || only.every((step) => steps.includes(step)));
if (!usable) {
  console.error(`--kills N  --seed N  --fault ${faults.join('|')}  --steps ${steps.join(',')}`);
  process.exit(2);
}
console.log(`${kills} kills, seed ${seed}`);
const { failures, killsByStep, counts, intakes } = await crash({
  kills,
  seed,
  ...(values.fault === undefined ? {} : { fault: values.fault as Fault }),
  ...(only === undefined ? {} : { steps: only }),
  ...(values.database === undefined ? {} : { database: values.database }),
  progress: (line) => process.stderr.isTTY && console.error(line),
});
const killed = Object.entries(killsByStep).map(([step, count]) => [`kill ${step}`, count]);
const table = {
  ...Object.fromEntries(killed),
  'intake runs': intakes.runs,
  'of them killed': intakes.killed,
  ...counts,
};
for (const [name, count] of Object.entries(table)) {
  console.log(`${name.padEnd(22)} ${String(count).padStart(6)}`);
}
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(
  failures.length === 0 ? 'nothing lost, nothing doubled' : `${failures.length} failures, seed ${seed}`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
