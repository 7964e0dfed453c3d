import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { BasicPayload, EquipmentPayload } from '../../domain/character/payload.ts';
import { readAnswer } from './answer.ts';
import { basicSchema, equipmentSchema, idSchema } from './schemas.ts';
import { createTransport, TransportError, type Answer, type CallTimeouts } from './transport.ts';
import { UpstreamError, type Endpoint } from './upstream-error.ts';

/** Largest body read, in bytes after decompression; real ones have about 350 KB. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

export interface UpstreamClientOptions {
  /** Origin of the API, e.g. `https://open.api.nexon.com`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Default: 3 s to connect, 5 s for the whole response. */
  readonly timeouts?: CallTimeouts;
  readonly now?: () => Date;
}

interface CallOptions {
  /** Ends the call at once; the promise then rejects with the signal's reason, not with an `UpstreamError`. */
  readonly signal?: AbortSignal;
}

/** A body that was fetched: what it says, and itself as evidence. */
interface Fetched<T> {
  readonly data: T;
  /** The body as it came, decompressed: what the archive keeps. */
  readonly body: Buffer;
  /** SHA-256 of `body`, 64 hex digits. */
  readonly sha256: string;
  /** When the call began: the data is at least as new as this (minus the API's own delay). */
  readonly beganAt: Date;
}

/** The game's open API, as far as we use it. Every method rejects with `UpstreamError` when the call brings no answer. */
export interface UpstreamClient {
  /** The character's id by its name, in any normalisation form. */
  lookUpOcid(name: string, options?: CallOptions): Promise<string>;
  fetchBasic(ocid: string, options?: CallOptions): Promise<Fetched<BasicPayload>>;
  fetchItemEquipment(ocid: string, options?: CallOptions): Promise<Fetched<EquipmentPayload>>;
  /** Closes the connections. */
  close(): void;
}

/** The one client of the game's open API. */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const { apiKey, timeouts = { connectMs: 3000, responseMs: 5000 }, now = () => new Date() } = options;
  const base = new URL('/maplestory/v1/', options.baseUrl);
  const transport = createTransport(base, timeouts, MAX_BODY_BYTES);

  // Every call to the upstream passes here and nowhere else: the place of budget, bulkhead and breaker.
  async function call<T>(
    endpoint: Endpoint,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    { signal }: CallOptions = {},
  ): Promise<Fetched<T>> {
    const url = new URL(`${endpoint}?${new URLSearchParams(query).toString()}`, base);
    const beganAt = now();
    const answer = await transport
      .get(url, { 'x-nxopen-api-key': apiKey }, signal)
      .catch((error: unknown) => rethrow(endpoint, error));
    const data = readAnswer(endpoint, answer, schema, now());
    return { data, body: answer.body, sha256: createHash('sha256').update(answer.body).digest('hex'), beganAt };
  }

  return {
    lookUpOcid: async (name, callOptions) =>
      (await call('id', { character_name: name.normalize('NFC') }, idSchema, callOptions)).data.ocid,
    fetchBasic: (ocid, callOptions) => call('character/basic', { ocid }, basicSchema, callOptions),
    fetchItemEquipment: (ocid, callOptions) => call('character/item-equipment', { ocid }, equipmentSchema, callOptions),
    close: () => transport.close(),
  };
}

/** A call that got no answer at all is an outage; anything else, as the caller's own abort, stays what it is. */
function rethrow(endpoint: Endpoint, error: unknown): Promise<Answer> {
  if (!(error instanceof TransportError)) throw error;
  throw new UpstreamError({ class: 'outage', reason: error.reason, code: error.code, endpoint });
}
