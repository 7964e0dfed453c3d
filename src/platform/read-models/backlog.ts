import type { Sql } from 'postgres';
import type { ValuationJob } from '../queue.ts';

type Queries = Sql<{ bigint: bigint }>;

/** Characters with work pending, interactive first, then the longest waiting. */
export async function listBacklog(sql: Queries, limit: number): Promise<ValuationJob[]> {
  return await sql<ValuationJob[]>`
    select character_key as "characterKey", character_name as "characterName", through::text as through,
           to_json(requested_at) #>> '{}' as "requestedAt", class, correlation_id as "correlationId"
    from backlog_view
    order by case class when 'interactive' then 0 else 1 end, pending_since
    limit ${limit}`;
}
