import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { BasicPayload, EquipmentPayload } from '../../domain/character/payload.ts';
import { readAnswer } from './answer.ts';
import type { CallOptions, Guard } from './guard.ts';
import { basicSchema, equipmentSchema, idSchema } from './schemas.ts';
import { createTransport, TransportError, type Answer, type CallTimeouts } from './transport.ts';
import { UpstreamError, type Endpoint } from './upstream-error.ts';

/** Largest body read, in bytes after decompression; real ones have about 350 KB. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

export interface UpstreamClientOptions {
  /** Origin of the API, e.g. `https://open.api.nexon.com`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeouts: CallTimeouts;
  /** What every call passes through: budget, bulkhead, breaker. */
  readonly guard: Guard;
  readonly now?: () => Date;
}

/** What is asked: where, for whom, and the shape of the answer. */
interface Question<T> {
  readonly endpoint: Endpoint;
  readonly query: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<T>;
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

/**
 * The game's open API, as far as we use it. Every method rejects with `UpstreamError` when the call brings no answer, with
 * `DeferredError` when it was not made.
 */
export interface UpstreamClient {
  /** The character's id by its name, in any normalisation form. */
  lookUpOcid(name: string, options?: CallOptions): Promise<string>;
  fetchBasic(ocid: string, options?: CallOptions): Promise<Fetched<BasicPayload>>;
  fetchItemEquipment(ocid: string, options?: CallOptions): Promise<Fetched<EquipmentPayload>>;
  /** Closes the connections. */
  close(): void;
}

/** The one client of the game's open API. */
export function createUpstreamClient(clientOptions: UpstreamClientOptions): UpstreamClient {
  const { apiKey, guard, timeouts, now = () => new Date() } = clientOptions;
  const base = new URL('/maplestory/v1/', clientOptions.baseUrl);
  const transport = createTransport(base, timeouts, MAX_BODY_BYTES);

  async function get<T>(
    { endpoint, query, schema }: Question<T>,
    signal: AbortSignal | undefined,
  ): Promise<Fetched<T>> {
    const url = new URL(`${endpoint}?${new URLSearchParams(query).toString()}`, base);
    const beganAt = now();
    const answer = await transport
      .get(url, { 'x-nxopen-api-key': apiKey }, signal)
      .catch((error: unknown) => rethrow(endpoint, error));
    const data = readAnswer(endpoint, answer, schema, now());
    return { data, body: answer.body, sha256: createHash('sha256').update(answer.body).digest('hex'), beganAt };
  }
  // Every call to the upstream passes here and nowhere else.
  const ask = <T>(question: Question<T>, options: CallOptions = {}): Promise<Fetched<T>> =>
    guard(() => get(question, options.signal), options);

  return {
    lookUpOcid: async (name, options) => {
      const query = { character_name: name.normalize('NFC') };
      return (await ask({ endpoint: 'id', query, schema: idSchema }, options)).data.ocid;
    },
    fetchBasic: (ocid, options) => ask({ endpoint: 'character/basic', query: { ocid }, schema: basicSchema }, options),
    fetchItemEquipment: (ocid, options) =>
      ask({ endpoint: 'character/item-equipment', query: { ocid }, schema: equipmentSchema }, options),
    close: () => transport.close(),
  };
}

/** A call that got no answer at all is an outage; anything else, as the caller's own abort, stays what it is. */
function rethrow(endpoint: Endpoint, error: unknown): Promise<Answer> {
  if (!(error instanceof TransportError)) throw error;
  throw new UpstreamError({ class: 'outage', reason: error.reason, code: error.code, endpoint });
}
