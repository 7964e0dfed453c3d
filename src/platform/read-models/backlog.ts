import type { Sql } from 'postgres';
import type { ValuationJob } from '../queue.ts';
import { heldBackThrough } from './replay.ts';

type Queries = Sql<{ bigint: bigint }>;

/** Where a page of the backlog ends. */
export interface BacklogCursor {
  readonly rank: number;
  /** As the database writes it: a date of JavaScript's would round it. */
  readonly since: string;
  readonly characterKey: string;
}

/** A row of the backlog: the work, and where its page would end with it. */
export interface BacklogRow {
  readonly job: ValuationJob;
  readonly cursor: BacklogCursor;
}

/**
 * The next characters with work pending that no replay run has to itself: interactive first, then the longest waiting. Who
 * has waited for a minute is nobody's read any more, and goes behind those who ask now.
 */
export async function listBacklog(
  sql: Queries,
  page: { readonly after: BacklogCursor | undefined; readonly limit: number },
): Promise<BacklogRow[]> {
  const { rank, since, characterKey } = page.after ?? { rank: -1, since: '-infinity', characterKey: '' };
  const rows = await sql<(ValuationJob & BacklogCursor)[]>`
    select ${columns(sql)}, rank, pending_since::text as since,
           case when pending_since < now() - interval '1 minute' then 'batch' else class end as class
    from (select *, case class when 'interactive' then 0 else 1 end as rank from backlog_view) as backlog
    where (rank, pending_since, character_key) > (${rank}, ${since}::text::timestamptz, ${characterKey})
      and through > ${heldBackThrough(sql)}
    order by rank, pending_since, character_key
    limit ${page.limit}`;
  return rows.map(({ rank, since, ...job }) => ({ job, cursor: { rank, since, characterKey: job.characterKey } }));
}

/** What is pending of these characters (at least one) and no replay run has to itself. */
export async function listBacklogOf(sql: Queries, characterKeys: readonly string[]): Promise<ValuationJob[]> {
  return await sql<ValuationJob[]>`
    select ${columns(sql)}, class from backlog_view where character_key in ${sql(characterKeys)} and through > ${heldBackThrough(sql)}`;
}

/** What is pending of a character when its job begins. */
export interface PendingWork extends Pick<ValuationJob, 'through' | 'requestedAt'> {
  /** A run has all of it to itself. */
  readonly heldBack: boolean;
}

/** A job's work as it stands: more requests may have become known while the job waited. */
export async function findPendingWork(
  sql: Queries,
  { characterKey, through, requestedAt }: Pick<ValuationJob, 'characterKey' | 'through' | 'requestedAt'>,
): Promise<PendingWork> {
  const [row] = await sql<[PendingWork]>`
    select greatest(job.through, b.through)::text as through,
           case when b.through > job.through then to_json(b.requested_at) #>> '{}' else ${requestedAt}::text end as "requestedAt",
           greatest(job.through, b.through) <= ${heldBackThrough(sql)} as "heldBack"
    from (select ${through}::text::bigint as through) job left join backlog_view b on b.character_key = ${characterKey}`;
  return row;
}

/** The character that waits longest; else one that we know; else none. */
export async function findProbeName(sql: Queries): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    (select character_name as name from backlog_view order by pending_since limit 1)
    union all
    (select character_key from character_index limit 1)
    limit 1`;
  return row?.name;
}

function columns(sql: Queries) {
  return sql`
    character_key as "characterKey", character_name as "characterName", through::text as through,
    to_json(requested_at) #>> '{}' as "requestedAt", correlation_id as "correlationId"`;
}
