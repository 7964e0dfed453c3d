import type { Database } from '../platform/database.ts';
import type { EventStore, RecordedEvent } from './event-store.ts';
import { attempt, textOf } from './parking.ts';
import type { Subscriber, Transaction } from './subscriber.ts';

interface ParkedEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
}

interface Retry {
  readonly applied: number;
  /** Why the first of those left cannot be applied. */
  readonly error: Error | undefined;
}

/** Events of a key in one transaction. */
const MOST = 500;

/**
 * Applies the parked events of a key in order, and ends the parking of those that could be: all, or those before the
 * first that fails again. While it works the running subscription waits, so nothing overtakes them.
 */
export async function retryParked(
  subscriber: Subscriber,
  key: string,
  { store, database }: { store: Pick<EventStore, 'readStream'>; database: Database },
): Promise<Retry> {
  let applied = 0;
  for (;;) {
    const parked = await database.query(
      (sql) => sql<ParkedEvent[]>`
        select position, stream, revision from parked_event
        where subscription = ${subscriber.name} and key = ${key} order by position limit ${MOST}`,
    );
    if (parked.length === 0) return { applied, error: undefined };
    const events = await readParked(store, parked);
    const done = await database.transaction((sql) => applyParked(sql, subscriber, { key, events }));
    applied += done.applied;
    if (done.error !== undefined) return { applied, error: done.error };
  }
}

/** The events themselves, from their streams, in the order of the log. */
async function readParked(
  store: Pick<EventStore, 'readStream'>,
  parked: readonly ParkedEvent[],
): Promise<readonly RecordedEvent[]> {
  const positions = new Set(parked.map(({ position }) => position));
  const events: RecordedEvent[] = [];
  for (const stream of new Set(parked.map((event) => event.stream))) {
    const revisions = parked.filter((event) => event.stream === stream).map(({ revision }) => revision);
    const from = Math.min(...revisions);
    const read = await store.readStream(stream, from, Math.max(...revisions) - from + 1);
    events.push(...read.filter(({ position }) => positions.has(position)));
  }
  if (events.length !== parked.length) throw new Error('a parked event is not in its stream');
  return events.sort((a, b) => (a.position < b.position ? -1 : 1));
}

async function applyParked(
  sql: Transaction,
  subscriber: Subscriber,
  { key, events }: { key: string; events: readonly RecordedEvent[] },
): Promise<Retry> {
  const { name } = subscriber;
  // The lock of the running subscription: from here on it applies nothing, and parks nothing more behind these.
  await sql`select 1 from subscription_checkpoint where name = ${name} for update`;
  const standing = await sql<{ position: bigint }[]>`
    select position from parked_event where subscription = ${name} and key = ${key} order by position
    limit ${events.length}`;
  // Another retry was faster: whatever is left is looked at again.
  if (standing.some(({ position }, index) => position !== events[index]?.position))
    return { applied: 0, error: undefined };
  const { applied, error } = await applyWhilePossible(subscriber, sql, events.slice(0, standing.length));
  const last = events[applied - 1];
  if (last !== undefined) {
    await sql`
      delete from parked_event where subscription = ${name} and key = ${key} and position <= ${last.position}`;
    await sql`update subscription_checkpoint set retries = retries + 1 where name = ${name}`;
  }
  const failed = events[applied];
  if (error !== undefined && failed !== undefined) {
    await sql`
      update parked_event set error = ${textOf(error)}, parked_at = now()
      where subscription = ${name} and position = ${failed.position}`;
  }
  return { applied, error };
}

async function applyWhilePossible(
  subscriber: Subscriber,
  sql: Transaction,
  events: readonly RecordedEvent[],
): Promise<Retry> {
  if (events.length > 1 && (await attempt(subscriber, sql, events)) === undefined)
    return { applied: events.length, error: undefined };
  for (const [applied, event] of events.entries()) {
    const error = await attempt(subscriber, sql, [event]);
    if (error !== undefined) return { applied, error };
  }
  return { applied: events.length, error: undefined };
}
