import { setTimeout } from 'node:timers/promises';
import { characterKey, parseCharacterName } from '../domain/character/name.ts';
import { ProblemError } from '../domain/errors.ts';
import type { Database } from '../platform/database.ts';
import { findExpectation, type ExpectationRead } from '../platform/read-models/expectation.ts';
import { findLastSettlement } from '../platform/read-models/settlement.ts';
import { ageSeconds, isServable } from './freshness.ts';

/** Files a request to value a character; answers once it is durable. Given by the composition root. */
export type FileRequest = (wish: {
  characterName: string;
  correlationId: string;
}) => Promise<{ requestId: string; position: bigint }>;

/** What a read finds: a stored answer, or a request that will lead to one. */
export type Found =
  | { readonly kind: 'stored'; readonly row: ExpectationRead }
  | { readonly kind: 'pending'; readonly requestId: string; readonly position: bigint };

export interface ExpectationQuery {
  readonly name: string;
  /** How long to wait for a first answer. */
  readonly waitSeconds: number;
  readonly correlationId: string;
  /** Aborts the wait: the client is gone. */
  readonly signal: AbortSignal;
}

export interface ExpectationParts {
  readonly database: Database;
  readonly fileRequest: FileRequest;
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
}

/** An unknown name is asked for again only after this time. */
const UNKNOWN_FOR_SECONDS = 600;
/** Time between two looks at the read model while a client waits. */
const LOOK_AGAIN_MS = 100;

/**
 * Reads never wait for the upstream: they answer what is stored and file a refresh when it is too old. A character never
 * seen is filed; with `waitSeconds` the read waits for that. Throws `ProblemError`: `invalid-input` for the name,
 * `not-found` when the game does not know the character.
 */
export async function findOrFile(parts: ExpectationParts, query: ExpectationQuery): Promise<Found> {
  const characterName = parseCharacterName(query.name);
  const key = characterKey(characterName);
  const stored = await findServable(parts, key);
  if (stored !== undefined) {
    const old = ageSeconds(stored.asOf, parts.now()) >= parts.freshForSeconds();
    if (old && !stored.pending) await parts.fileRequest({ characterName, correlationId: query.correlationId });
    return { kind: 'stored', row: stored };
  }
  await refuseUnknown(parts, key);
  const request = await parts.fileRequest({ characterName, correlationId: query.correlationId });
  const row = await waitForAnswer(parts, key, query);
  return row === undefined ? { kind: 'pending', ...request } : { kind: 'stored', row };
}

async function findServable(parts: ExpectationParts, key: string): Promise<ExpectationRead | undefined> {
  const row = await parts.database.query((sql) => findExpectation(sql, key));
  return row !== undefined && isServable(row.asOf, parts.now()) ? row : undefined;
}

async function refuseUnknown(parts: ExpectationParts, key: string): Promise<void> {
  const last = await parts.database.query((sql) => findLastSettlement(sql, key));
  if (last?.outcome !== 'ignored' || ageSeconds(last.settledAt, parts.now()) >= UNKNOWN_FOR_SECONDS) return;
  throw new ProblemError('not-found', 'the game does not know a character of this name', { field: 'characterName' });
}

async function waitForAnswer(
  parts: ExpectationParts,
  key: string,
  query: ExpectationQuery,
): Promise<ExpectationRead | undefined> {
  const deadline = parts.now().getTime() + query.waitSeconds * 1000;
  while (!query.signal.aborted && parts.now().getTime() < deadline) {
    await setTimeout(LOOK_AGAIN_MS, undefined, { signal: query.signal }).catch(() => undefined);
    const row = await findServable(parts, key);
    if (row !== undefined) return row;
    await refuseUnknown(parts, key);
  }
  return undefined;
}
