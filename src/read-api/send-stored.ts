import type { ServerResponse } from 'node:http';
import { clientHas } from '../platform/http/conditional.ts';
import type { Encoding } from '../platform/http/encoding.ts';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { Entry } from './cache/kept-entries.ts';
import { ageSeconds, freshness } from './freshness.ts';
import { headersOf, represent, send, type StoredAnswer, type Tier } from './representation.ts';

/** How an answer about a character goes out. */
export interface SendParts {
  readonly cache: AnswerCache;
  readonly freshForSeconds: () => number;
  readonly countRead: (tier: Tier) => void;
}

/** Who gets an answer, and how. */
export interface Receiver {
  readonly response: ServerResponse;
  readonly encoding: Encoding;
  readonly ifNoneMatch: string | undefined;
  readonly cacheControl: string | undefined;
  /** Headers that are not set on the response yet, names and values in turn. */
  readonly own?: readonly string[];
}

/** Sends a stored answer in the client's coding with its freshness at a moment (ms); 304 where the client has it. */
export async function sendStored(
  parts: SendParts,
  { response, encoding, ifNoneMatch, cacheControl, own = [] }: Receiver,
  { entry, tier, other, at }: { entry: Entry; tier: Tier; other?: StoredAnswer; at: number },
): Promise<void> {
  const { row, pending } = entry;
  const age = ageSeconds(row.asOf, at);
  const maxAge = parts.freshForSeconds();
  const state = freshness(age, { freshForSeconds: maxAge, pending });
  const representation =
    other === undefined
      ? (parts.cache.ready(entry, state, encoding) ?? (await parts.cache.representation(entry, state, encoding)))
      : await represent(other, state, encoding);
  const notModified = clientHas(representation.etag, { ifNoneMatch, cacheControl });
  parts.countRead(tier);
  const headers = headersOf(representation, { tier, ageSeconds: age, maxAge, notModified });
  headers.push(...own);
  send(response, representation, { notModified, headers });
}
