import type { Sql } from 'postgres';
import type { CharacterFacts } from '../../domain/character/snapshot.ts';

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

/** Who a name was when it was last seen, `undefined` when it never was. */
export async function findCharacterFacts(sql: Queries, characterKey: string): Promise<CharacterFacts | undefined> {
  const [row] = await sql<{ facts: CharacterFacts }[]>`
    select snapshot::json -> 'character' as facts from character_index join snapshot_view using (ocid)
    where character_index.character_key = ${characterKey}`;
  return row?.facts;
}
