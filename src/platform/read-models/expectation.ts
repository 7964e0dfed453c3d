import type { Sql } from 'postgres';

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

/** The stored answer of a character, `undefined` when it was never valued. */
export async function findExpectation(sql: Queries, characterKey: string): Promise<ExpectationRead | undefined> {
  const [row] = await sql<ExpectationRead[]>`
    select character_key as "characterKey", ocid, fingerprint, as_of as "asOf", fetch_started_at as "fetchStartedAt",
           changed_at as "changedAt", etag, body,
           exists (select 1 from backlog_view b where b.character_key = e.character_key) as pending
    from expectation_view e where character_key = ${characterKey}`;
  return row;
}
