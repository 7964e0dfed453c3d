import type { ISql } from 'postgres';
import { readEvent } from '../domain/events.ts';
import { REPLAY_EVENTS } from '../domain/replay/run.ts';
import type { ValuationRequested } from '../domain/valuation-request/request.ts';
import type { ParkingReleased, SettlementEvent, SettlementState } from '../domain/valuation-request/settlement.ts';
import type { RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber, Transaction } from '../event-store/subscriber.ts';
import type { Database } from '../platform/database.ts';
import type { ValuationJob, ValuationQueue } from '../platform/queue.ts';
import { listBacklogOf } from '../platform/read-models/backlog.ts';
import { applyToReplays } from './replay/replay-view.ts';

/** The read model of what is pending: one row per character, however many requests; and of the runs that work it off. */
export const backlogModel: Subscriber = {
  name: 'backlog',
  types: ['ValuationRequested', 'ValuationSettled', 'ParkingReleased', ...REPLAY_EVENTS],
  tables: ['backlog_view', 'replay_view'],
  batchSize: 5000,
  apply: applyToBacklog,
};

interface DispatcherParts {
  readonly database: Database;
  readonly queue: ValuationQueue;
  /** While the upstream is held nothing is queued: the backlog is the queue. */
  readonly held: () => boolean;
}

/** Turns accepted requests into work: the log is the outbox. A job that is lost comes back by the sweep. */
export function createDispatcher({ database, queue, held }: DispatcherParts): Subscriber {
  return {
    ...backlogModel,
    committed: async (events) => {
      if (held()) return;
      await queue.add(jobsOf(events));
      // What is released; and requests that came while their character had a job, and that it did not settle. The row, not
      // the event: a job for the released range alone would take the place of one for newer requests.
      const settled = [...newestStates(events).keys()];
      if (settled.length > 0) await queue.add(await database.query((sql) => listBacklogOf(sql, settled)));
    },
  };
}

async function applyToBacklog(sql: Transaction, events: readonly RecordedEvent[]): Promise<void> {
  await addRows(sql, [...newestRequests(events).values()]);
  await addRows(sql, [...newestReleases(events).values()]);
  // Each event tells where its character stands, so the last one decides, whatever the order within the batch.
  const states = newestStates(events);
  await Promise.all([dropSettled(sql, states), moveOn(sql, states)]);
  await applyToReplays(sql, events);
}

/** Drops the rows of characters of whom nothing is pending. */
export async function dropSettled(
  sql: ISql<{ bigint: bigint }>,
  states: ReadonlyMap<string, SettlementState>,
): Promise<void> {
  const done = [...states].filter(([, { released }]) => released.length === 0);
  if (done.length === 0) return;
  const [keys, through] = [done.map(([key]) => key), done.map(([, state]) => state.through)];
  await sql`
    delete from backlog_view b using unnest(${keys}::text[], ${through}::bigint[]) as settled (character_key, through)
    where b.character_key = settled.character_key and b.through <= settled.through`;
}

/** What is settled of a character of whom something is pending still. */
async function moveOn(sql: Transaction, states: ReadonlyMap<string, SettlementState>): Promise<void> {
  const known = [...states].filter(([, { released }]) => released.length === 0);
  if (known.length === 0) return;
  const [keys, through] = [known.map(([key]) => key), known.map(([, state]) => state.through)];
  await sql`
    update backlog_view b set pending_after = settled.through
    from unnest(${keys}::text[], ${through}::bigint[]) as settled (character_key, through)
    where b.character_key = settled.character_key and b.pending_after < settled.through`;
}

async function addRows(sql: Transaction, rows: readonly BacklogRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = (name: keyof BacklogRow) => rows.map((row) => row[name]);
  // Arrays: one statement, parsed and planned once, however many rows.
  await sql`
    insert into backlog_view (character_key, character_name, class, correlation_id, through,
                              pending_after, requested_at, pending_since)
    select * from unnest(
      ${column('character_key')}::text[], ${column('character_name')}::text[], ${column('class')}::text[],
      ${column('correlation_id')}::text[], ${column('through')}::text[]::bigint[],
      ${column('pending_after')}::text[]::bigint[],
      ${column('requested_at')}::text[]::timestamptz[], ${column('pending_since')}::text[]::timestamptz[])
    on conflict (character_key) do update set
      through = greatest(backlog_view.through, excluded.through),
      pending_after = least(backlog_view.pending_after, excluded.pending_after),
      requested_at = greatest(backlog_view.requested_at, excluded.requested_at),
      correlation_id = excluded.correlation_id,
      class = case when backlog_view.class = 'interactive' then 'interactive' else excluded.class end`;
}

type BacklogRow = ReturnType<typeof backlogRow>;

/** One row per character: its newest request of the batch, and since when one is pending. */
function newestRequests(events: readonly RecordedEvent[]): Map<string, BacklogRow> {
  const ends = new Map<string, { readonly oldest: RecordedEvent; newest: RecordedEvent }>();
  for (const event of events) {
    if (event.type !== 'ValuationRequested') continue;
    const { characterKey } = dataOf(event);
    const known = ends.get(characterKey);
    if (known === undefined) ends.set(characterKey, { oldest: event, newest: event });
    else known.newest = event;
  }
  const rowOf = (newest: RecordedEvent, oldest: RecordedEvent): BacklogRow => {
    const work = { ...dataOf(newest), through: String(newest.position), pendingAfter: String(oldest.position - 1n) };
    return { ...backlogRow(newest, work), pending_since: oldest.metadata.occurredAt };
  };
  return new Map([...ends].map(([characterKey, { newest, oldest }]) => [characterKey, rowOf(newest, oldest)]));
}

function dataOf(request: RecordedEvent): ValuationRequested {
  return readEvent(request).data as ValuationRequested;
}

/** One row per character: what its last release of the batch has made pending again. */
function newestReleases(events: readonly RecordedEvent[]): Map<string, BacklogRow> {
  const rows = new Map<string, BacklogRow>();
  for (const event of events) {
    if (event.type !== 'ParkingReleased') continue;
    const { data } = readEvent(event) as { data: ParkingReleased };
    const [oldest] = data.state.released;
    const newest = data.state.released.at(-1);
    if (oldest === undefined || newest === undefined) rows.delete(data.characterKey);
    else {
      const work = { class: 'batch', through: newest.through, pendingAfter: oldest.after } as const;
      rows.set(data.characterKey, backlogRow(event, { ...data, ...work }));
    }
  }
  return rows;
}

function backlogRow(
  { metadata }: RecordedEvent,
  work: Pick<ValuationJob, 'characterKey' | 'characterName' | 'class' | 'through'> & { pendingAfter: string },
) {
  return {
    character_key: work.characterKey,
    character_name: work.characterName,
    class: work.class,
    correlation_id: metadata.correlationId,
    through: work.through,
    pending_after: work.pendingAfter,
    requested_at: metadata.occurredAt,
    pending_since: metadata.occurredAt,
  };
}

/** Where each character of the batch stands after it. */
function newestStates(events: readonly RecordedEvent[]): Map<string, SettlementState> {
  const states = new Map<string, SettlementState>();
  for (const event of events) {
    if (event.type !== 'ValuationSettled' && event.type !== 'ParkingReleased') continue;
    const { data } = readEvent(event) as SettlementEvent;
    states.set(data.characterKey, data.state);
  }
  return states;
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
