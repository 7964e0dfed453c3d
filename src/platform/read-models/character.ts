import type { Sql } from 'postgres';

type Queries = Sql<{ bigint: bigint }>;

/** What is known of a character without asking the upstream. */
export interface KnownCharacter {
  readonly ocid: string;
  /** When the upstream last confirmed that this name has this id. */
  readonly confirmedAt: Date;
}

/** The id of a character name, `undefined` when it was never seen. */
export async function findCharacter(sql: Queries, characterKey: string): Promise<KnownCharacter | undefined> {
  const [row] = await sql<KnownCharacter[]>`
    select ocid, confirmed_at as "confirmedAt" from character_index where character_key = ${characterKey}`;
  return row;
}
