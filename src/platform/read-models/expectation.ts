import type { Sql } from 'postgres';
import { IGNORED_BY_OPERATOR } from './settlement.ts';

type Queries = Sql<{ bigint: bigint }>;

/** A ready-made answer: the body is the JSON of API v4, brotli-compressed. */
export interface ExpectationRow {
  readonly characterKey: string;
  readonly ocid: string;
  readonly fingerprint: string;
  readonly asOf: Date;
  readonly fetchStartedAt: Date;
  readonly changedAt: bigint;
  readonly etag: string;
  readonly body: Buffer;
}

/** A row with the character's pending work, so that one round trip answers a read. */
export interface ExpectationRead extends ExpectationRow {
  readonly pending: boolean;
}

/** What the read models say of a name: its answer and, where the game last said that it does not know it, when. What
 * operators decide says nothing of the game. */
export interface AnswerLookUp {
  readonly row: ExpectationRead | undefined;
  readonly ignoredAt: Date | undefined;
}

/** Looks names up in one round trip: an answer each, in their order. */
export async function lookUpAnswers(sql: Queries, characterKeys: readonly string[]): Promise<AnswerLookUp[]> {
  const rows = await sql<(ExpectationRead & { etag: string | null; ignoredAt: Date | null })[]>`
    select wanted.key as "characterKey", ocid, fingerprint, as_of as "asOf", fetch_started_at as "fetchStartedAt",
           changed_at as "changedAt", etag, body,
           exists (select 1 from backlog_view b where b.character_key = wanted.key) as pending,
           case when last.outcome = 'ignored' then last.settled_at end as "ignoredAt"
    from unnest(${characterKeys as string[]}::text[]) with ordinality as wanted (key, place)
    left join expectation_view e on e.character_key = wanted.key
    left join lateral (
      select outcome, settled_at from settlement_view s
      where s.character_key = wanted.key and s.outcome <> 'pending' and s.reason is distinct from ${IGNORED_BY_OPERATOR}
      order by position desc limit 1
    ) last on true
    order by wanted.place`;
  return rows.map((found) => ({ row: found.etag ? found : undefined, ignoredAt: found.ignoredAt ?? undefined }));
}

/** Which snapshot a stored answer rests on: enough to know whether another fetch is needed. */
export async function findAnsweredSnapshot(
  sql: Queries,
  characterKey: string,
): Promise<Pick<ExpectationRow, 'fingerprint' | 'asOf' | 'fetchStartedAt'> | undefined> {
  const [row] = await sql<Pick<ExpectationRow, 'fingerprint' | 'asOf' | 'fetchStartedAt'>[]>`
    select fingerprint, as_of as "asOf", fetch_started_at as "fetchStartedAt" from expectation_view
    where character_key = ${characterKey}`;
  return row;
}
