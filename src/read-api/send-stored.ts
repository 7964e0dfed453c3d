import type { Request, Response } from 'express';
import { clientHas } from '../platform/http/conditional.ts';
import { preferredEncoding } from '../platform/http/encoding.ts';
import type { AnswerCache, Entry } from './cache/answer-cache.ts';
import { ageSeconds, freshness } from './freshness.ts';
import { headersOf, represent, send, type StoredAnswer, type Tier } from './representation.ts';

/** How an answer about a character goes out. */
export interface SendParts {
  readonly cache: AnswerCache;
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
  readonly countRead: (tier: Tier) => void;
}

/** Sends a stored answer in the client's coding with its freshness of this moment; 304 where the client has it. */
export async function sendStored(
  parts: SendParts,
  { request, response }: { request: Request; response: Response },
  { entry, tier, other }: { entry: Entry; tier: Tier; other?: StoredAnswer },
): Promise<void> {
  const { row, pending } = entry;
  const age = ageSeconds(row.asOf, parts.now().getTime());
  const maxAge = parts.freshForSeconds();
  const state = freshness(age, { freshForSeconds: maxAge, pending });
  const encoding = preferredEncoding(request);
  const representation = await (other === undefined
    ? parts.cache.representation(entry, state, encoding)
    : represent(other, state, encoding));
  const ifNoneMatch = request.get('if-none-match');
  const notModified = clientHas(representation.etag, { ifNoneMatch, cacheControl: request.get('cache-control') });
  parts.countRead(tier);
  const headers = headersOf(representation, { tier, ageSeconds: age, maxAge, notModified });
  send(response, representation, { notModified, headers });
}
