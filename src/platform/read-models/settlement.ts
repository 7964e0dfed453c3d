import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** The reason of requests that an operator has released as ignored. */
export const IGNORED_BY_OPERATOR = 'ignored-by-operator';

/** How a request was settled. */
export interface Settlement {
  readonly outcome: 'valued' | 'ignored' | 'parked';
  readonly reason: string | null;
  readonly settledAt: Date;
}

/** The last word on a request of this character at this log position; `undefined` while it is pending, or is so again. */
export async function findSettlement(
  sql: Queries,
  characterKey: string,
  position: bigint,
): Promise<Settlement | undefined> {
  const [row] = await sql<(Settlement | { outcome: 'pending' })[]>`
    select outcome, reason, settled_at as "settledAt" from settlement_view
    where character_key = ${characterKey} and after < ${position} and through >= ${position}
    order by position desc limit 1`;
  return row?.outcome === 'pending' ? undefined : row;
}
