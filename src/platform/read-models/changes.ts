import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** How far a process has seen the changes of the read models. */
export interface FeedCursor {
  /** Which tables, in which history: a rebuild puts others in their place, a retry of parked events adds to their past. */
  readonly generation: string;
  /** Log positions: of the last answer and of the last settlement seen. */
  readonly answer: bigint;
  readonly settlement: bigint;
}

export interface Changes {
  readonly answers: readonly { readonly characterKey: string; readonly changedAt: bigint }[];
  /** Character keys. */
  readonly settlements: readonly string[];
  readonly next: FeedCursor;
  /** There are more changes than one look brings. */
  readonly more: boolean;
}

const MOST = 1000;

const generationOf = (sql: Queries) => sql`
  concat_ws('/', to_regclass('expectation_view')::oid, to_regclass('settlement_view')::oid,
    (select coalesce(sum(retries), 0) from subscription_checkpoint where name in ('expectation', 'settlement'))) as generation`;

/** The cursor behind everything that is there now. */
export async function findFeedStart(sql: Queries): Promise<FeedCursor> {
  const [row] = await sql<[FeedCursor]>`
    select ${generationOf(sql)},
      coalesce((select max(changed_at) from expectation_view), 0) as answer,
      coalesce((select max(position) from settlement_view), 0) as settlement`;
  return row;
}

/**
 * What changed behind the cursor, in the order of the log. One runner writes each read model, batch by batch in that
 * order, so nothing appears behind a position that was seen within a generation.
 */
export async function readChanges(sql: Queries, cursor: FeedCursor): Promise<Changes> {
  const rows = await sql<{ generation: string; kind: string | null; key: string; position: bigint }[]>`
    select ${generationOf(sql)}, change.*
    from (select) as always left join (
      (select 'answer' as kind, character_key as key, changed_at as position from expectation_view
       where changed_at > ${cursor.answer} order by changed_at limit ${MOST})
      union all
      (select 'settlement', character_key, position from settlement_view
       where position > ${cursor.settlement} order by position limit ${MOST})
    ) change on true`;
  const answers = rows.filter(({ kind }) => kind === 'answer');
  const settlements = rows.filter(({ kind }) => kind === 'settlement');
  const generation = rows[0]?.generation ?? cursor.generation;
  return {
    answers: answers.map(({ key, position }) => ({ characterKey: key, changedAt: position })),
    settlements: settlements.map(({ key }) => key),
    next: {
      generation,
      answer: answers.at(-1)?.position ?? cursor.answer,
      settlement: settlements.at(-1)?.position ?? cursor.settlement,
    },
    more: answers.length === MOST || settlements.length === MOST,
  };
}
