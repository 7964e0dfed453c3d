import { ProblemError } from '../domain/errors.ts';
import type { RecordedEvent } from './event-store.ts';
import type { Subscriber, Transaction } from './subscriber.ts';

/** Connection, shutdown, serialization and deadlock errors of PostgreSQL: the same batch may succeed when repeated. */
const TRANSIENT = /^(08|40|53|57)/;

/** How often an event is tried alone, after its batch has failed. */
const ATTEMPTS = 2;

function isTransient(error: unknown): boolean {
  if (error instanceof ProblemError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return TRANSIENT.test(code) || /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT)/.test(code);
}

/** What is applied in order, and parked together. */
function keyOf(subscriber: Subscriber, event: RecordedEvent): string {
  return subscriber.keyOf?.(event) ?? event.stream;
}

/** Whether anything is parked: only then do batches have to look which of their keys are. */
export async function hasParked(sql: Transaction, subscription: string): Promise<boolean> {
  const [row] = await sql<[{ parked: boolean }]>`
    select exists (select 1 from parked_event where subscription = ${subscription}) as parked`;
  return row.parked;
}

/**
 * Applies a batch. Events of a key that is parked wait behind what is parked already. When the rest fails for a reason of
 * its own, its events are applied one by one, and those that still fail are parked with their key: the other keys go on.
 * Returns the events applied. Rejects on a transient failure.
 */
export async function applyOrPark(
  subscriber: Subscriber,
  sql: Transaction,
  { events, someParked }: { events: readonly RecordedEvent[]; someParked: boolean },
): Promise<readonly RecordedEvent[]> {
  const blocked = someParked ? await parkedAmong(sql, subscriber, events) : new Set<string>();
  const free = events.filter((event) => !blocked.has(keyOf(subscriber, event)));
  const parked = events
    .filter((event) => blocked.has(keyOf(subscriber, event)))
    .map((event) => parkedRow(subscriber, event, null));
  if (free.length > 0 && (await attempt(subscriber, sql, free)) !== undefined) {
    for (const event of free) {
      const key = keyOf(subscriber, event);
      const error = blocked.has(key) ? null : await attemptAlone(subscriber, sql, event);
      if (error === undefined) continue;
      blocked.add(key);
      parked.push(parkedRow(subscriber, event, error));
    }
  }
  if (parked.length > 0) {
    await sql`
      insert into parked_event ${sql(parked)}
      on conflict (subscription, position) do update set error = excluded.error, parked_at = now()`;
  }
  if (parked.length === 0) return events;
  const positions = new Set(parked.map(({ position }) => position));
  return events.filter(({ position }) => !positions.has(String(position)));
}

async function parkedAmong(
  sql: Transaction,
  subscriber: Subscriber,
  events: readonly RecordedEvent[],
): Promise<Set<string>> {
  const keys = [...new Set(events.map((event) => keyOf(subscriber, event)))];
  const rows = await sql<{ key: string }[]>`
    select distinct key from parked_event where subscription = ${subscriber.name} and key = any(${keys})`;
  return new Set(rows.map(({ key }) => key));
}

/** The reason why the events could not be applied, `undefined` when they were. */
export async function attempt(
  subscriber: Subscriber,
  sql: Transaction,
  events: readonly RecordedEvent[],
): Promise<Error | undefined> {
  // A savepoint undoes what a failing event had written; only what is the event's own fault is answered here.
  try {
    await sql.savepoint((inner) => subscriber.apply(inner, events));
    return undefined;
  } catch (error) {
    if (isTransient(error)) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function attemptAlone(
  subscriber: Subscriber,
  sql: Transaction,
  event: RecordedEvent,
): Promise<Error | undefined> {
  let error: Error | undefined;
  for (let n = 0; n < ATTEMPTS; n += 1) {
    error = await attempt(subscriber, sql, [event]);
    if (error === undefined) break;
  }
  return error;
}

/** `error` null: the event waits behind an earlier one of its key. */
function parkedRow(subscriber: Subscriber, event: RecordedEvent, error: Error | null) {
  const { position, stream, revision, type } = event;
  return {
    subscription: subscriber.name,
    key: keyOf(subscriber, event),
    position: String(position),
    ...{ stream, revision, type },
    error: error === null ? null : textOf(error),
  };
}

/** What is kept of the reason. */
export function textOf(error: Error): string {
  return error.stack ?? error.message;
}
