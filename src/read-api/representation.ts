import type { ServerResponse } from 'node:http';
import { encode, fromBrotli, type Encoding } from '../platform/http/encoding.ts';
import { withHead, type Freshness } from '../platform/read-models/expectation-body.ts';

/**
 * What else of a request decides over the answer. A cache that has kept one would else give it to a read that waits for
 * its own write (`X-Min-Position`).
 */
export const VARY = 'Accept-Encoding, X-Min-Position';

/** An answer about a character as it is kept: brotli-compressed JSON that begins with freshness and date. */
export interface StoredAnswer {
  readonly body: Buffer;
  /** Equal for equal bodies only. */
  readonly etag: string;
  readonly asOf: Date;
}

/** An answer at one freshness in one coding: the bytes and headers that go out as they are. */
export interface Representation {
  readonly etag: string;
  readonly body: Buffer;
  /** Names and values in turn. */
  readonly validators: readonly string[];
  /** The validators and what describes the body. */
  readonly headers: readonly string[];
  /** Headers of its hits, made with the first one; see `createHitHeaders`. */
  readonly hits: { whole?: HitTemplate; notModified?: HitTemplate };
}

/** All headers of a hit, of which only a few values differ from one to the next. */
export interface HitTemplate {
  readonly headers: string[];
  /** Their lines, with the same age: up to the correlation id, and from it to what is left of the limit. */
  lines: { readonly before: string; readonly behind: string } | undefined;
  readonly maxAge: number;
  /** As the headers say it now. */
  ageSeconds: number;
  /** Where the values stand that change. */
  readonly age: number;
  readonly correlationId: number;
  readonly left: number;
}

/** Makes an answer ready to send. */
export async function represent(answer: StoredAnswer, state: Freshness, encoding: Encoding): Promise<Representation> {
  if (state === 'fresh' && encoding === 'br') return representStored(answer);
  const json = withHead(await fromBrotli(answer.body), state, answer.asOf);
  return describe(answer.etag, await encode(json, encoding), { state, encoding });
}

/** The stored bytes are the fresh answer in brotli: nothing is done for that one. */
export function representStored({ body, etag }: StoredAnswer): Representation {
  return describe(etag, body, { state: 'fresh', encoding: 'br' });
}

function describe(
  etag: string,
  body: Buffer,
  { state, encoding }: { readonly state: Freshness; readonly encoding: Encoding },
): Representation {
  const tag = `"${etag}-${state}-${encoding}"`;
  const validators = ['ETag', tag, 'X-Freshness', state, 'Vary', VARY];
  const headers = [
    ...validators,
    ...['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)],
    ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
  ];
  return { etag: tag, body, validators, headers, hits: {} };
}

/** Where an answer came from: this process, Redis, the database, or a calculation that the client waited for. */
export type Tier = 'l1' | 'l2' | 'db' | 'miss';

export interface Delivery {
  readonly tier: Tier;
  /** Of the snapshot: what is left of `maxAge` is how long the answer stays fresh. */
  readonly ageSeconds: number;
  readonly maxAge: number;
  /** The client has these bytes. */
  readonly notModified: boolean;
}

/** What the headers of any delivery say beside those of the representation, names and values in turn. */
export function headersOf(representation: Representation, delivery: Delivery): string[] {
  const { tier, ageSeconds, maxAge, notModified } = delivery;
  const headers = (notModified ? representation.validators : representation.headers).slice();
  headers.push('Cache-Control', maxAgeText(maxAge), 'Age', String(ageSeconds), 'X-Cache', tier);
  return headers;
}

/** Sends a representation with these headers. */
export function send(
  response: ServerResponse,
  { body }: Representation,
  { notModified, headers }: { readonly notModified: boolean; readonly headers: string[] },
): void {
  response.writeHead(notModified ? 304 : 200, headers);
  response.end(notModified ? undefined : body);
}

let written = { maxAge: -1, text: '' };

/** The setting rarely changes: its text is made once. */
function maxAgeText(maxAge: number): string {
  if (written.maxAge !== maxAge) written = { maxAge, text: `public, max-age=${maxAge}` };
  return written.text;
}
