import { charactersDigest, type ReplayScope } from '../../domain/replay/plan.ts';
import { overlapsWindows } from '../../domain/replay/windows.ts';
import type { Database } from '../../platform/database.ts';
import { eachPending, type PendingRow } from '../../platform/read-models/replay.ts';

/** Nothing is fresh for the purpose of counting who is pending. */
const NO_MATTER = 0;

/** Whether a character has, or may have, requests in a scope: its oldest and its newest one tell. */
export function selects({ windows, characterKeys }: Pick<ReplayScope, 'windows' | 'characterKeys'>) {
  const keys = characterKeys === null ? undefined : new Set(characterKeys);
  const isIn = overlapsWindows(windows);
  return ({ characterKey, pendingSince, requestedAt }: PendingRow): boolean =>
    (keys?.has(characterKey) ?? true) && isIn(pendingSince.getTime(), requestedAt.getTime());
}

/** The characters of a scope that have work pending, in the order in which they are worked off. */
export async function selectCharacters(database: Database, scope: ReplayScope): Promise<string[]> {
  const isSelected = selects(scope);
  const keys: string[] = [];
  const options = { mark: BigInt(scope.mark), freshForSeconds: NO_MATTER };
  await database.query((sql) =>
    eachPending(sql, options, (rows) => {
      for (const row of rows) if (isSelected(row)) keys.push(row.characterKey);
    }),
  );
  return keys;
}

/** Whether the characters of a scope are those that a plan was made for. */
export function sameCharacters(
  keys: readonly string[],
  plan: { characters: number; charactersDigest: string },
): boolean {
  return keys.length === plan.characters && charactersDigest(keys) === plan.charactersDigest;
}
