import type { Request, Response } from 'express';
import { characterKey, parseCharacterName } from '../domain/character/name.ts';
import { ProblemError } from '../domain/errors.ts';
import { sha256 } from '../domain/ids.ts';
import { renderAnswer, type CharacterAnswer } from '../domain/valuation/character-state.ts';
import type { EventStore } from '../event-store/event-store.ts';
import type { Reading } from '../platform/database.ts';
import { fromBrotli } from '../platform/http/encoding.ts';
import { pathParameter } from '../platform/http/input.ts';
import { findCharacter } from '../platform/read-models/character.ts';
import { withHead } from '../platform/read-models/expectation-body.ts';
import { answerAt } from './answer-at.ts';
import { ageSeconds, freshness, isServable } from './freshness.ts';
import { sendJson } from './send-json.ts';
import type { Explorer, WhatIf } from './what-if.ts';

export interface PastParts {
  readonly store: Pick<EventStore, 'readStream' | 'readLast'>;
  readonly database: Reading;
  readonly explorer: Explorer;
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
}

/** An event that occurred at a moment may still be on its way into the log for so long: several deadlines of a writer. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Answers as a read of that moment would have: from the same snapshot, as fresh as it was then (without `updating`: what
 * was pending is not looked up). A past that cannot change any more may be kept for a day.
 */
export async function sendPast(
  parts: PastParts,
  request: Request,
  response: Response,
  { at, whatIf }: { readonly at: Date; readonly whatIf: WhatIf | undefined },
): Promise<void> {
  const answer = await findPast(parts, request, at);
  const { character, fetchedAt } = answer.snapshot;
  const asOf = new Date(fetchedAt);
  const state = freshness(ageSeconds(asOf, at.getTime()), { freshForSeconds: parts.freshForSeconds(), pending: false });
  const explored = async (asked: WhatIf): Promise<string> => {
    const etag = `past ${sha256(renderAnswer(answer, 'fresh'))}`;
    const { body } = await parts.explorer.explore({ ocid: character.ocid, etag }, asked, answer.snapshot);
    return withHead(await fromBrotli(body), state, asOf).toString();
  };
  const json = whatIf === undefined ? renderAnswer(answer, state) : await explored(whatIf);
  const settled = parts.now().getTime() - at.getTime() >= SETTLED_AFTER_MS;
  // Put together from the log just now: what a cache adds up from here on is its own time, not the snapshot's.
  response.set({ 'X-Freshness': state, 'X-Cache': 'db', Age: '0' });
  await sendJson(request, response, { json, cacheControl: settled ? 'public, max-age=86400' : 'no-cache' });
}

/**
 * What stood at a moment, of the character that has the name of the path now. Throws `ProblemError` `not-found` where
 * there was nothing, or only what was too old to be shown.
 */
export async function findPast(
  parts: Pick<PastParts, 'store' | 'database'>,
  request: Request,
  at: Date,
): Promise<CharacterAnswer> {
  const name = parseCharacterName(pathParameter(request, 'name'));
  const known = await parts.database.query((sql) => findCharacter(sql, characterKey(name)));
  if (known === undefined) {
    throw new ProblemError('not-found', 'nothing is known of this character', { field: 'characterName' });
  }
  const answer = await answerAt(parts.store, known.ocid, at);
  if (answer === undefined || !isServable(ageSeconds(new Date(answer.snapshot.fetchedAt), at.getTime()))) {
    throw new ProblemError('not-found', 'the character had no valuation at that moment', { field: 'at' });
  }
  return answer;
}
