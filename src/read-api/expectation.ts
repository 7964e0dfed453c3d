import { characterKey, parseCharacterName } from '../domain/character/name.ts';
import { ProblemError } from '../domain/errors.ts';
import type { Admission } from '../platform/http/admission.ts';
import type { WhenGone } from '../platform/when-gone.ts';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { Entry } from './cache/kept-entries.ts';
import type { Wait, Waiters } from './cache/waiters.ts';
import { ageSeconds } from './freshness.ts';
import type { Tier } from './representation.ts';

/**
 * Files a request to value a character; answers once it is durable, `undefined` when the limits of filing are reached.
 * Given by the composition root.
 */
export type FileRequest = (wish: {
  characterName: string;
  correlationId: string;
  client: string;
}) => Promise<{ requestId: string; position: bigint | null } | undefined>;

/** What a read finds: a stored answer, or a request that will lead to one, `null` where none could be filed. */
export type Found =
  | { readonly kind: 'stored'; readonly entry: Entry; readonly tier: Tier }
  | { readonly kind: 'pending'; readonly requestId: string | null; readonly position: bigint | null };

export interface ExpectationQuery {
  readonly name: string;
  /** How long to wait for a first answer. */
  readonly waitSeconds: number;
  readonly correlationId: string;
  readonly client: string;
  readonly whenGone: WhenGone;
  /** What is in memory may be too old for this read: it named a position that the database has. */
  readonly reload: boolean;
}

export interface ExpectationParts {
  readonly cache: AnswerCache;
  readonly waiters: Waiters;
  readonly admission: Pick<Admission, 'run'>;
  readonly fileRequest: FileRequest;
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
}

/**
 * Reads never wait for the upstream: they answer what is stored and file a refresh when it is too old. A character never
 * seen is filed; with `waitSeconds` the read waits for that. Throws `ProblemError`: `invalid-input` for the name,
 * `not-found` when the game does not know the character.
 */
export async function findOrFile(parts: ExpectationParts, query: ExpectationQuery): Promise<Found> {
  const characterName = parseCharacterName(query.name);
  const key = characterKey(characterName);
  // Before the first look, so that no change falls between the look and the wait.
  const waiting = query.waitSeconds > 0 ? parts.waiters.wait(key, query) : undefined;
  const file = () => parts.fileRequest({ characterName, correlationId: query.correlationId, client: query.client });
  // However the read ends, nobody waits any longer.
  try {
    const found = await look(parts, key, query);
    if (found !== undefined) {
      if (isDue(parts, found.entry) && (await file()) !== undefined) found.entry.pending = true;
      return found;
    }
    const request = await file();
    const firstAnswer = async (wait: Wait): Promise<Found | undefined> => {
      while (await wait.change()) {
        const answer = await look(parts, key, query).catch(unlessBusy);
        if (answer !== undefined) return { ...answer, tier: 'miss' };
      }
      return undefined;
    };
    const answer = waiting && (await parts.admission.run('waits', () => firstAnswer(waiting)));
    if (answer !== undefined) return answer;
    return { kind: 'pending', requestId: null, position: null, ...request };
  } finally {
    waiting?.end();
  }
}

/** What is stored, `undefined` when the character was never valued. Throws `not-found` for a name the game denied. */
async function look(
  parts: ExpectationParts,
  key: string,
  { reload, whenGone }: Pick<ExpectationQuery, 'reload' | 'whenGone'>,
): Promise<(Found & { kind: 'stored' }) | undefined> {
  const found = await parts.cache.find(key, { reload, whenGone });
  if (found.kind === 'never-valued') return undefined;
  if (found.kind === 'stored') return found;
  throw new ProblemError('not-found', 'the game does not know a character of this name', { field: 'characterName' });
}

/** A look that admission has counted and shed is left out: its client goes on waiting. */
function unlessBusy(error: unknown): undefined {
  if (error instanceof ProblemError && error.code === 'overloaded') return undefined;
  throw error;
}

/** Too old, and nobody has asked for a newer one yet. */
function isDue(parts: ExpectationParts, { row, pending }: Entry): boolean {
  return !pending && ageSeconds(row.asOf, parts.now().getTime()) >= parts.freshForSeconds();
}
