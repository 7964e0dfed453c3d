import { ProblemError } from '../domain/errors.ts';
import type { RecordedEvent } from './event-store.ts';
import type { Subscriber, Transaction } from './subscriber.ts';

/** Connection, shutdown, serialization and deadlock errors of PostgreSQL: the same batch may succeed when repeated. */
const TRANSIENT = /^(08|40|53|57)/;

function isTransient(error: unknown): boolean {
  if (error instanceof ProblemError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return TRANSIENT.test(code) || /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT)/.test(code);
}

/**
 * Applies a batch. When it fails for a reason of its own, applies its events one by one and parks those that cannot be
 * applied, so that the others go on. Returns the number of events parked. Rejects on a transient failure.
 */
export async function applyOrPark(
  subscriber: Subscriber,
  sql: Transaction,
  events: readonly RecordedEvent[],
): Promise<number> {
  const failure = await attempt(subscriber, sql, events);
  if (failure === undefined) return 0;
  let parked = 0;
  for (const event of events) {
    const error = await attempt(subscriber, sql, [event]);
    if (error === undefined) continue;
    await park(sql, subscriber.name, event, error);
    parked += 1;
  }
  return parked;
}

/** The reason why the events could not be applied, `undefined` when they were. */
async function attempt(
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

async function park(sql: Transaction, subscription: string, event: RecordedEvent, error: Error): Promise<void> {
  await sql`
    insert into parked_event (subscription, position, stream, type, error)
    values (${subscription}, ${event.position}, ${event.stream}, ${event.type}, ${error.stack ?? error.message})
    on conflict (subscription, position) do update set error = excluded.error, parked_at = now()`;
}
