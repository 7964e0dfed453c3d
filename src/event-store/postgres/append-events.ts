import type { Client } from '../../platform/database-client.ts';
import { toPosition } from '../event-store.ts';
import type { Position, StreamAppend } from '../event-store.ts';
import { firstRevision } from '../refused-append.ts';
import { requireEvents, serialiseEvent } from '../serialise-event.ts';

/** What `append_events` answers for an entry it refused: no event has this position. */
const REFUSED = 0n;

/**
 * One round trip, one transaction: the position of the last event of each entry, `undefined` where an entry was refused.
 * The entries are sorted by stream and name each stream once. Throws like `requireEvents` and `serialiseEvent`.
 */
export async function appendEvents(
  sql: Client,
  entries: readonly StreamAppend[],
): Promise<readonly (Position | undefined)[]> {
  for (const { stream, events } of entries) requireEvents(stream, events);
  const events = entries.flatMap((entry) => entry.events);
  const texts = events.map(serialiseEvent);
  const counts = entries.map((entry) => entry.events.length);
  let next = 1;
  const firsts = counts.map((count) => (next += count) - count);
  const [row] = await sql<{ positions: bigint[] }[]>`
    select append_events(
      ${entries.map((entry) => entry.stream)},
      ${entries.map((entry) => firstRevision(entry.expectedRevision) - 1)},
      ${firsts},
      ${counts},
      ${events.map((event) => event.id)},
      ${events.map((event) => event.type)},
      ${events.map((event) => event.schemaVersion)},
      ${texts.map((text) => text.data)},
      ${texts.map((text) => text.metadata)}
    ) as positions`;
  return (row?.positions ?? []).map((position) => (position === REFUSED ? undefined : toPosition(position)));
}
