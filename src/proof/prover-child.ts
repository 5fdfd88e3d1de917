/** Entry of the killable child that checks who sent a mail. Keeps nothing but answers of the name service. */
import type { Evidence } from '../inquiry/authentication.ts';
import { serve } from '../sandbox/child.ts';
import { examine } from './examine.ts';
import { type Lookup, lookupMilliseconds, openLookup, within } from './lookup.ts';
import type { ProverJob } from './prover.ts';

const lookups = new Map<string, Lookup>();

serve(async ({ question, nameServers }: ProverJob): Promise<Evidence> => {
  const key = (nameServers ?? []).join();
  const lookup = lookups.get(key) ?? openLookup(nameServers);
  lookups.set(key, lookup);
  return examine(question, within(lookup, lookupMilliseconds));
});
