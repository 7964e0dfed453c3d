import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** A key of a subscription whose events are not applied, because its first one cannot be. */
export interface ParkedKey {
  readonly subscription: string;
  readonly key: string;
  /** How many events: the one that fails, and those that wait behind it. */
  readonly events: number;
  /** Of the one that fails. */
  readonly position: bigint;
  readonly type: string;
  readonly error: string | null;
  readonly parkedAt: Date;
}

export interface ParkedPage {
  /** Only of this one. */
  readonly subscription: string | undefined;
  /** The last of the page before. */
  readonly after?: Pick<ParkedKey, 'subscription' | 'key'> | undefined;
  readonly limit: number;
}

/** Parked keys of one subscription, or of all, by subscription and key. */
export async function listParkedKeys(
  sql: Queries,
  { subscription, after = { subscription: '', key: '' }, limit }: ParkedPage,
): Promise<ParkedKey[]> {
  return await sql<ParkedKey[]>`
    select distinct on (subscription, key) subscription, key, position, type, error, parked_at as "parkedAt",
      (count(*) over (partition by subscription, key))::integer as events
    from parked_event
    where (${subscription ?? null}::text is null or subscription = ${subscription ?? null})
      and (subscription, key) > (${after.subscription}, ${after.key})
    order by subscription, key, position limit ${limit}`;
}

/** How many events are parked, by subscription; one without any is not in it. */
export async function countParked(sql: Queries): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ subscription: string; events: number }[]>`
    select subscription, count(*)::integer as events from parked_event group by subscription`;
  return new Map(rows.map(({ subscription, events }) => [subscription, events]));
}
