import type { MessageFacts, Received, Source } from '../desk/ports.ts';
import type { Outcome } from '../ticket/ticket.ts';
import { numberOrNull, type Row, textOrNull } from './row.ts';

/** A row of `received` as the desk knows it. */
export function toReceived(row: Row): Received {
  return {
    id: Number(row['id']),
    receivedAt: String(row['received_at']),
    source: {
      kind: row['source_kind'] as Source['kind'],
      name: String(row['source_name']),
      returnPath: textOrNull(row['return_path']),
      recipients: JSON.parse(String(row['recipients'])) as string[],
      ...(row['peer_trusted'] === null
        ? {}
        : { peer: { trusted: row['peer_trusted'] === 1, client: textOrNull(row['peer_client']) } }),
    },
    messageId: textOrNull(row['message_id']),
    contentKey: String(row['content_key']),
    quiet: row['quiet'] === 1,
    outcome: textOrNull(row['outcome']) as Outcome | null,
    reason: textOrNull(row['reason']),
    decidedAt: textOrNull(row['decided_at']),
    ticketId: numberOrNull(row['ticket_id']),
    facts: row['facts'] === null ? null : (JSON.parse(String(row['facts'])) as MessageFacts),
  };
}
