/** `uketsuke audit`: accepted = outcomes + queued, and no row contradicts another (spec 2). */
import { audit } from '../desk/audit.ts';
import { type Door, Failed } from './door.ts';

export async function auditLedger(door: Door): Promise<void> {
  const found = await audit(await door.desk());
  const outcomes = Object.entries(found.outcomes).map(([outcome, count]) => `  ${outcome}: ${count}`);
  const lines = [
    `accepted ${found.accepted} = decided ${found.decided} + queued ${found.queued}${found.difference === 0 ? '' : ` (difference ${found.difference})`}`,
    ...outcomes,
    ...found.contradictions.map((one) => `contradiction: ${one}`),
    ...(found.balanced ? ['The ledger balances.'] : []),
  ];
  door.print(found, lines.join('\n'));
  if (!found.balanced)
    throw new Failed(
      `the ledger does not balance: difference ${found.difference}, ${found.contradictions.length} contradictions; rows were changed by hand or lost, compare with the last backup`,
    );
}
