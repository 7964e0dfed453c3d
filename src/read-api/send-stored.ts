import type { Request, Response } from 'express';
import { encode, fromBrotli, preferredEncoding } from '../platform/http/encoding.ts';
import { withHead } from '../platform/read-models/expectation-body.ts';
import { ageSeconds, freshness } from './freshness.ts';

/** An answer about a character as it is kept: brotli-compressed JSON that begins with freshness and date. */
export interface StoredAnswer {
  readonly body: Buffer;
  /** Equal for equal bodies only. */
  readonly etag: string;
  readonly asOf: Date;
  /** Newer work on the character is under way. */
  readonly pending: boolean;
}

export interface Clock {
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
}

/** Sends a stored answer in the client's coding with its freshness of this moment; 304 where the client has it. */
export async function sendStored(
  clock: Clock,
  request: Request,
  response: Response,
  answer: StoredAnswer,
): Promise<void> {
  const { body, etag, asOf, pending } = answer;
  const now = clock.now();
  const state = freshness(asOf, now, { freshForSeconds: clock.freshForSeconds(), pending });
  const encoding = preferredEncoding(request);
  response.set({
    'Content-Type': 'application/json; charset=utf-8',
    ETag: `"${etag}-${state}-${encoding}"`,
    // The answer's age counts from the snapshot: what is left of max-age is how long it stays fresh.
    'Cache-Control': `public, max-age=${clock.freshForSeconds()}`,
    Age: String(ageSeconds(asOf, now)),
    'X-Cache': 'db',
    'X-Freshness': state,
    Vary: 'Accept-Encoding',
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  // The stored bytes are the fresh answer: nothing is parsed or compressed for it.
  const ready = state === 'fresh' && encoding === 'br';
  response.end(ready ? body : await encode(withHead(await fromBrotli(body), state, asOf), encoding));
}
