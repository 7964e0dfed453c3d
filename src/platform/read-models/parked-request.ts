import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** Requests of one character that failed for good, until an operator releases them. */
export interface ParkedRequest {
  /** Log position of the event that parked them (the last one, where several did): what they are called by. */
  readonly position: bigint;
  readonly characterKey: string;
  readonly characterName: string;
  /** The requests with `after` < position ≤ `through`; decimal texts. */
  readonly after: string;
  readonly through: string;
  readonly reason: string | null;
  /** With `payload`: the hash under which the upstream's answer is archived. */
  readonly evidence: Readonly<Record<string, string>>;
  readonly parkedAt: Date;
}

/** A page behind a position, in the order of the log. */
export async function listParkedRequests(
  sql: Queries,
  { after, limit }: { after: bigint; limit: number },
): Promise<ParkedRequest[]> {
  return await sql<ParkedRequest[]>`
    select ${columns(sql)} from parked_request where position > ${after} order by position limit ${limit}`;
}

/** `undefined` when nothing is parked under this position, or not any more. */
export async function findParkedRequest(sql: Queries, position: bigint): Promise<ParkedRequest | undefined> {
  const [row] = await sql<ParkedRequest[]>`select ${columns(sql)} from parked_request where position = ${position}`;
  return row;
}

function columns(sql: Queries) {
  return sql`
    position, character_key as "characterKey", character_name as "characterName", after::text, through::text,
    reason, evidence, parked_at as "parkedAt"`;
}
