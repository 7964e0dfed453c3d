import type { ISql, PendingQuery, Row, Sql } from 'postgres';
import type { Reconciliation } from '../../domain/replay/reconciliation.ts';
import type { ReplayPlanned, ReplayState } from '../../domain/replay/run.ts';
import type { ValuationJob } from '../queue.ts';
import { sessionLockHeld } from '../session-lock.ts';

type Queries = Sql<{ bigint: bigint }>;

/** The lock of the process that coordinates a run: one run at a time. */
export const REPLAY_LOCK = 'replay';

/**
 * An expression: the mark of the run that has the backlog at or below it to itself; 0 when there is none. A run whose
 * coordinator is gone holds nothing back, unless somebody has paused it.
 */
export function heldBackThrough(sql: ISql<{ bigint: bigint }>): PendingQuery<Row[]> {
  return sql`(
    select coalesce(max(mark), 0) from replay_view
    where status = 'paused' or (status = 'running' and ${sessionLockHeld(sql, REPLAY_LOCK)}))`;
}

/** A run as operators see it. */
export interface ReplayRow {
  readonly id: string;
  /** Of its first event. */
  readonly position: bigint;
  readonly plan: ReplayPlanned;
  readonly state: ReplayState;
  readonly reconciliation: Reconciliation | null;
  readonly plannedAt: Date;
  readonly changedAt: Date;
  /** Whether a process coordinates it now. */
  readonly coordinated: boolean;
}

/** Runs below a position, newest first. */
export async function listReplays(sql: Queries, page: { before: bigint; limit: number }): Promise<ReplayRow[]> {
  return await sql<ReplayRow[]>`
    select ${columns(sql)} from replay_view where position < ${page.before} order by position desc limit ${page.limit}`;
}

export async function findReplay(sql: Queries, id: string): Promise<ReplayRow | undefined> {
  const [row] = await sql<ReplayRow[]>`select ${columns(sql)} from replay_view where id = ${id}`;
  return row;
}

function columns(sql: Queries) {
  return sql`
    id, position, plan, state, reconciliation, planned_at as "plannedAt", changed_at as "changedAt",
    status in ('running', 'paused') and ${sessionLockHeld(sql, REPLAY_LOCK)} as coordinated`;
}

/** A character with work pending, as a plan looks at it. */
export interface PendingRow {
  readonly characterKey: string;
  readonly through: bigint;
  readonly pendingAfter: bigint;
  readonly pendingSince: Date;
  readonly requestedAt: Date;
  /** Calls of the game API that its valuation takes. */
  readonly calls: number;
}

/** Characters with work pending at or below `mark`, in pieces: those of people first, then the newest. */
export async function eachPending(
  sql: Queries,
  { mark, freshForSeconds }: { readonly mark: bigint; readonly freshForSeconds: number },
  onRows: (rows: readonly PendingRow[]) => void,
): Promise<void> {
  const rows = sql<PendingRow[]>`
    select b.character_key as "characterKey", through, pending_after as "pendingAfter",
           pending_since as "pendingSince", requested_at as "requestedAt",
           case when e.as_of > now() - ${freshForSeconds} * interval '1 second' then 0
                when c.confirmed_at > now() - interval '1 day' then 2 else 3 end as calls
    from backlog_view b
    left join character_index c using (character_key) left join expectation_view e using (character_key)
    where pending_after < ${mark}
    order by case class when 'interactive' then 0 else 1 end, through desc`;
  for await (const piece of rows.cursor(2000)) onRows(piece);
}

/** Which of these characters still have work pending at or below `mark`. */
export async function stillPending(
  sql: Queries,
  { characterKeys, mark }: { readonly characterKeys: readonly string[]; readonly mark: bigint },
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ key: string }[]>`
    select character_key as key from backlog_view
    where character_key = any(${characterKeys}) and pending_after < ${mark}`;
  return new Set(rows.map(({ key }) => key));
}

/** The work of these characters as it stands, in no order: all that is pending, and never before what people wait for. */
export async function replayJobs(sql: Queries, characterKeys: readonly string[]): Promise<ValuationJob[]> {
  return await sql<ValuationJob[]>`
    select character_key as "characterKey", character_name as "characterName", through::text as through,
           to_json(requested_at) #>> '{}' as "requestedAt", 'batch' as class, correlation_id as "correlationId", true as replayed
    from backlog_view where character_key = any(${characterKeys})`;
}
