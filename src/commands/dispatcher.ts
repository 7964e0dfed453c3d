import { readEvent } from '../domain/events.ts';
import type { RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber, Transaction } from '../event-store/subscriber.ts';
import type { Database } from '../platform/database.ts';
import type { ValuationJob, ValuationQueue } from '../platform/queue.ts';
import { listBacklog } from '../platform/read-models/backlog.ts';

/** The read model of what is pending: one row per character, however many requests. */
export const backlogModel: Subscriber = {
  name: 'backlog',
  types: ['ValuationRequested', 'ValuationSettled'],
  tables: ['backlog_view'],
  apply: applyToBacklog,
};

/** Turns accepted requests into work: the log is the outbox. A job that is lost comes back by the sweep. */
export function createDispatcher(queue: ValuationQueue): Subscriber {
  return { ...backlogModel, committed: (events) => queue.add(jobsOf(events)) };
}

async function applyToBacklog(sql: Transaction, events: readonly RecordedEvent[]): Promise<void> {
  const requested = [...newestRequests(events).values()];
  if (requested.length > 0) {
    await sql`
      insert into backlog_view ${sql(requested)}
      on conflict (character_key) do update set
        through = excluded.through, requested_at = excluded.requested_at, correlation_id = excluded.correlation_id,
        class = case when backlog_view.class = 'interactive' then 'interactive' else excluded.class end`;
  }
  const settled = settledThrough(events);
  if (settled.size > 0) {
    await sql`
      delete from backlog_view b using unnest(${[...settled.keys()]}::text[], ${[...settled.values()]}::bigint[])
        as settled (character_key, through)
      where b.character_key = settled.character_key and b.through <= settled.through`;
  }
}

/** One row per character: its newest request of the batch. */
function newestRequests(events: readonly RecordedEvent[]) {
  const rows = new Map<string, ReturnType<typeof backlogRow>>();
  for (const event of events) {
    const row = event.type === 'ValuationRequested' ? backlogRow(event) : undefined;
    if (row !== undefined) rows.set(row.character_key, row);
  }
  return rows;
}

function backlogRow(event: RecordedEvent) {
  const { type, data } = readEvent(event);
  if (type !== 'ValuationRequested') throw new Error(`the backlog has no row for ${type}`);
  return {
    character_key: data.characterKey,
    character_name: data.characterName,
    class: data.class,
    correlation_id: event.metadata.correlationId,
    through: String(event.position),
    requested_at: event.metadata.occurredAt,
    pending_since: event.metadata.occurredAt,
  };
}

function settledThrough(events: readonly RecordedEvent[]): Map<string, string> {
  const settled = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'ValuationSettled') continue;
    const { type, data } = readEvent(event);
    if (type === 'ValuationSettled') settled.set(data.characterKey, data.through);
  }
  return settled;
}

function jobsOf(events: readonly RecordedEvent[]): ValuationJob[] {
  return [...newestRequests(events).values()].map((row) => ({
    characterKey: row.character_key,
    characterName: row.character_name,
    through: row.through,
    requestedAt: row.requested_at,
    class: row.class,
    correlationId: row.correlation_id,
  }));
}

/** Characters that one sweep looks at. */
const SWEEP_LIMIT = 1000;

/** Queues again what is pending, oldest first: a character that has its job already is not queued twice. */
export async function sweepBacklog(database: Database, queue: ValuationQueue): Promise<number> {
  const jobs = await database.query((sql) => listBacklog(sql, SWEEP_LIMIT));
  await queue.add(jobs);
  return jobs.length;
}
