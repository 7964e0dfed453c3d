import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { correlationIdOf, pushCommonHeaders } from '../platform/http/common-headers.ts';
import type { ClientOf } from '../platform/http/client.ts';
import { clientHas } from '../platform/http/conditional.ts';
import { preferredEncoding, type Encoding } from '../platform/http/encoding.ts';
import type { RateLimit } from '../platform/http/rate-limit.ts';
import type { Logger } from '../platform/logging.ts';
import { REPRESENTATION, type AnswerCache } from './cache/answer-cache.ts';
import { ageSeconds, freshness } from './freshness.ts';
import { headersOf, send } from './representation.ts';

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

/** Headers that change nothing about a cached answer; any other sends the request to Express. */
const HARMLESS = new Set(
  `host connection user-agent accept accept-language referer origin dnt priority pragma upgrade-insecure-requests cookie
   sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-gpc
   traceparent tracestate via forwarded x-real-ip
   x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port`.split(/\s+/),
);

/** Headers that are read here. */
interface Asked {
  acceptEncoding: string | undefined;
  ifNoneMatch: string | undefined;
  cacheControl: string | undefined;
  correlationId: string | undefined;
}

const READ: Readonly<Record<string, keyof Asked>> = {
  'accept-encoding': 'acceptEncoding',
  'if-none-match': 'ifNoneMatch',
  'cache-control': 'cacheControl',
  'x-correlation-id': 'correlationId',
};

/** Paths, and spellings of `Accept-Encoding`, that are remembered. */
const MOST_LEARNED = 50_000;
/** One in so many answers is logged. */
const LOG_EVERY = 1000;

/** Makes the lane. It decodes no path and negotiates no coding: it knows what Express has made of the same text before. */
export function createHotLane(parts: HotLaneParts): HotLane {
  const keys = new Map<string, string>();
  const encodings = new Map<string, Encoding>();
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
      const headers = headersOf(found.representation, { ...found, notModified });
      pushCommonHeaders(headers, correlationId);
      if (limit !== undefined) headers.push('RateLimit-Policy', limit.policy, 'RateLimit', limit.header(left));
      send(response, found.representation, { notModified, headers });
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
  return representation && ({ representation, tier: 'l1', ageSeconds: age, maxAge } as const);
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
    const name = lowerCase(raw[i] ?? '');
    if (HARMLESS.has(name)) continue;
    const field = READ[name];
    if (field === undefined || asked[field] !== undefined) return undefined;
    asked[field] = raw[i + 1];
  }
  return asked;
}

const spellings = new Map<string, string>();

/** Clients spell few names in few ways. */
function lowerCase(name: string): string {
  const known = spellings.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  remember(spellings, name, lower);
  return lower;
}
