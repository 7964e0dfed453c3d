import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { correlationIdOf } from '../platform/http/common-headers.ts';
import type { ClientOf } from '../platform/http/client.ts';
import { clientHas } from '../platform/http/conditional.ts';
import { preferredEncoding, type Encoding } from '../platform/http/encoding.ts';
import type { RateLimit } from '../platform/http/rate-limit.ts';
import type { Logger } from '../platform/logging.ts';
import { REPRESENTATION, type AnswerCache } from './cache/answer-cache.ts';
import { ageSeconds, freshness } from './freshness.ts';
import { createHitHeaders } from './hit-headers.ts';
import { send, type Delivery } from './representation.ts';

/** Answers cached reads in front of Express, which answers them too, only slower: the same headers, the same bytes. */
export interface HotLane {
  /** Whether the request was answered. Anything but a plain read of an answer that is ready in memory is not. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** A request that Express has answered with what is stored about this character; the next such one may be answered here. */
  learn(request: Request, characterKey: string): void;
  /** Requests answered, since the start. */
  answered(): number;
}

export interface HotLaneParts {
  readonly cache: AnswerCache;
  /** Of one client's requests; `undefined`: not limited. */
  readonly limit: RateLimit | undefined;
  readonly clientOf: ClientOf;
  readonly freshForSeconds: () => number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Headers that change nothing about a cached answer. */
const HARMLESS = `host connection user-agent accept accept-language referer origin dnt priority pragma cookie
  upgrade-insecure-requests sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user sec-ch-ua sec-ch-ua-mobile
  sec-ch-ua-platform sec-gpc traceparent tracestate x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port
  x-real-ip forwarded via`.split(/\s+/);

/** Headers that are read here. */
interface Asked {
  acceptEncoding: string | undefined;
  ifNoneMatch: string | undefined;
  cacheControl: string | undefined;
  correlationId: string | undefined;
}

type Meaning = keyof Asked | 'harmless';

/** What a header means to the lane, by its name in lower case; any other sends the request to Express. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...HARMLESS.map((name) => [name, 'harmless'] as const),
  ['accept-encoding', 'acceptEncoding'],
  ['if-none-match', 'ifNoneMatch'],
  ['cache-control', 'cacheControl'],
  ['x-correlation-id', 'correlationId'],
]);

/** Paths, and spellings of `Accept-Encoding`, that are remembered. */
const MOST_LEARNED = 50_000;
/** One in so many answers is logged. */
const LOG_EVERY = 1000;

/** Makes the lane. It decodes no path and negotiates no coding: it knows what Express has made of the same text before. */
export function createHotLane(parts: HotLaneParts): HotLane {
  const keys = new Map<string, string>();
  const encodings = new Map<string, Encoding>();
  const headersOfHit = createHitHeaders(parts.limit);
  let answered = 0;
  return {
    answer(request, response) {
      if (request.method !== 'GET') return false;
      const asked = readHeaders(request.rawHeaders);
      if (asked === undefined) return false;
      const found = findReady(parts, keys.get(request.url ?? ''), encodings.get(asked.acceptEncoding ?? ''));
      if (found === undefined) return false;
      const { limit } = parts;
      const left = limit === undefined ? 0 : limit.take(parts.clientOf(request));
      // Refused the slow way, like any other request.
      if (left < 0) return false;
      const correlationId = correlationIdOf(asked.correlationId);
      const notModified = asked.ifNoneMatch !== undefined && clientHas(found.representation.etag, asked);
      const { representation, age, maxAge } = found;
      const delivery: Delivery = { tier: 'l1', ageSeconds: age, maxAge, notModified };
      const headers = headersOfHit(representation, delivery, { correlationId, left });
      send(response, representation, { notModified, headers });
      if (++answered % LOG_EVERY === 0) parts.log.debug({ correlationId, answered }, 'cached reads');
      return true;
    },
    learn(request, characterKey) {
      remember(keys, request.originalUrl, characterKey);
      remember(encodings, request.get('accept-encoding') ?? '', preferredEncoding(request));
    },
    answered: () => answered,
  };
}

/** What is ready in memory for this character in this coding, where both are known. */
function findReady(parts: HotLaneParts, key: string | undefined, encoding: Encoding | undefined) {
  if (key === undefined || encoding === undefined) return undefined;
  const now = parts.now();
  const entry = parts.cache.peek(key, now);
  if (entry === undefined) return undefined;
  const age = ageSeconds(entry.row.asOf, now);
  const maxAge = parts.freshForSeconds();
  const state = freshness(age, { freshForSeconds: maxAge, pending: entry.pending });
  // A stale answer that nobody has asked to refresh yet is the slow way's to file.
  if (state === 'stale') return undefined;
  const representation = entry.representations.get(REPRESENTATION[state][encoding]);
  return representation && { representation, age, maxAge };
}

/** A full map begins anew: what is in use is soon back. */
function remember<V>(known: Map<string, V>, text: string, value: V): void {
  if (known.size >= MOST_LEARNED) known.clear();
  known.set(text, value);
}

/** The headers that matter here, `undefined` when there is one, or one twice, that the lane does not understand. */
function readHeaders(raw: readonly string[]): Asked | undefined {
  const asked: Asked = {
    acceptEncoding: undefined,
    ifNoneMatch: undefined,
    cacheControl: undefined,
    correlationId: undefined,
  };
  for (let i = 0; i < raw.length; i += 2) {
    const meaning = meaningOf(raw[i] ?? '');
    if (meaning === 'harmless') continue;
    if (meaning === undefined || asked[meaning] !== undefined) return undefined;
    asked[meaning] = raw[i + 1];
  }
  return asked;
}

/** As clients spell them: few names in few ways. */
const spellings = new Map<string, Meaning>();

function meaningOf(name: string): Meaning | undefined {
  const known = spellings.get(name);
  if (known !== undefined) return known;
  const meaning = MEANINGS.get(name.toLowerCase());
  if (meaning !== undefined) remember(spellings, name, meaning);
  return meaning;
}
