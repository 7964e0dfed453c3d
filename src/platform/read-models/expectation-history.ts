import type { Sql } from 'postgres';
import type { Distribution } from '../../domain/valuation/distribution/distribution.ts';

type Queries = Sql<{ bigint: bigint }>;

/** What a character was worth from one calculation on. */
export interface HistoryPoint {
  /** Of the calculation, in the log. */
  readonly position: bigint;
  readonly calculatedAt: Date;
  readonly fingerprint: string;
  readonly ruleSet: string;
  readonly engine: string;
  /** Of the active preset, in whole mesos; `null` where nothing could be valued. */
  readonly total: Distribution | null;
  readonly unsupportedComponents: number;
}

/** Points of a character below a position, newest first, at most `limit`. */
export async function listHistory(
  sql: Queries,
  page: { readonly ocid: string; readonly before: bigint; readonly limit: number },
): Promise<HistoryPoint[]> {
  // By the primary key, backwards from the cursor: the last page costs what the first one does.
  const rows = await sql<(Omit<HistoryPoint, 'total'> & { total: string | null })[]>`
    select position, calculated_at as "calculatedAt", fingerprint, rule_set as "ruleSet", engine, total,
           unsupported_components as "unsupportedComponents"
    from expectation_history where ocid = ${page.ocid} and position < ${page.before}
    order by position desc limit ${page.limit}`;
  return rows.map((row) => ({ ...row, total: row.total === null ? null : (JSON.parse(row.total) as Distribution) }));
}
