import type { Sql } from 'postgres';
import type { ValuationJob } from '../queue.ts';

type Queries = Sql<{ bigint: bigint }>;

/** Characters with work pending, interactive first, then the longest waiting. */
export async function listBacklog(sql: Queries, limit: number): Promise<ValuationJob[]> {
  return await sql<ValuationJob[]>`
    select ${columns(sql)} from backlog_view
    order by case class when 'interactive' then 0 else 1 end, pending_since
    limit ${limit}`;
}

/** What is pending of these characters (at least one). */
export async function listBacklogOf(sql: Queries, characterKeys: readonly string[]): Promise<ValuationJob[]> {
  return await sql<ValuationJob[]>`
    select ${columns(sql)} from backlog_view where character_key in ${sql(characterKeys)}`;
}

function columns(sql: Queries) {
  return sql`
    character_key as "characterKey", character_name as "characterName", through::text as through,
    to_json(requested_at) #>> '{}' as "requestedAt", class, correlation_id as "correlationId"`;
}
