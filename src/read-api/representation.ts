import type { ServerResponse } from 'node:http';
import { encode, fromBrotli, type Encoding } from '../platform/http/encoding.ts';
import { withHead, type Freshness } from '../platform/read-models/expectation-body.ts';

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
}

/** Makes an answer ready to send. The stored bytes are the fresh answer in brotli: nothing is done for that one. */
export async function represent(
  { body, etag, asOf }: StoredAnswer,
  state: Freshness,
  encoding: Encoding,
): Promise<Representation> {
  const ready = state === 'fresh' && encoding === 'br';
  const bytes = ready ? body : await encode(withHead(await fromBrotli(body), state, asOf), encoding);
  const tag = `"${etag}-${state}-${encoding}"`;
  const validators = ['ETag', tag, 'X-Freshness', state, 'Vary', 'Accept-Encoding'];
  const headers = [
    ...validators,
    ...['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(bytes.length)],
    ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
  ];
  return { etag: tag, body: bytes, validators, headers };
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

/** Sends a representation; `common` are the headers of any answer, names and values in turn. */
export function send(
  response: ServerResponse,
  representation: Representation,
  delivery: Delivery,
  common: readonly string[] = [],
): void {
  const { tier, ageSeconds, maxAge, notModified } = delivery;
  response.writeHead(notModified ? 304 : 200, [
    ...(notModified ? representation.validators : representation.headers),
    'Cache-Control',
    `public, max-age=${maxAge}`,
    'Age',
    String(ageSeconds),
    'X-Cache',
    tier,
    ...common,
  ]);
  response.end(notModified ? undefined : representation.body);
}
