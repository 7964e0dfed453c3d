/** The calls we make, by their path below `/maplestory/v1/`. */
export type Endpoint = 'id' | 'character/basic' | 'character/item-equipment';

/**
 * What a failed call means for the work that made it:
 * `ignored` settles the request · `outage` defers it and counts for the breaker · `not-yet` retries this character later,
 * uncounted · `our-fault` settles nothing, holds the upstream and raises an alert.
 */
export type UpstreamErrorClass = 'ignored' | 'outage' | 'not-yet' | 'our-fault';

/** Why, in one word that events and metrics carry. `stale-ocid`: look the name up once more before giving up. */
export type UpstreamReason =
  | 'unknown-character'
  | 'stale-ocid'
  | 'internal-error'
  | 'rate-limited'
  | 'game-maintenance'
  | 'api-maintenance'
  | 'being-prepared'
  | 'key-not-allowed'
  | 'invalid-key'
  | 'invalid-path'
  | 'unrecognised'
  | 'timeout'
  | 'connection'
  | 'malformed-body'
  | 'body-too-large';

/** What is known about a failed call. */
export interface UpstreamFailure {
  readonly class: UpstreamErrorClass;
  readonly reason: UpstreamReason;
  /** The API's own code, else what stands for it: `HTTP502`, `ECONNRESET`, `CONNECT_TIMEOUT`, `NOT_JSON`. */
  readonly code: string;
  readonly endpoint: Endpoint;
  readonly httpStatus?: number;
  /** How long the API asked us to stay away, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Path of the value at fault in a body of the wrong shape. */
  readonly field?: string;
  /** The body at fault, for the archive, where all of it was read. */
  readonly body?: Buffer;
}

/** A call that did not bring what was asked for. Carries no header and no text of the API's, so never the key. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly class: UpstreamErrorClass;
  readonly reason: UpstreamReason;
  readonly code: string;
  readonly endpoint: Endpoint;
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly field: string | undefined;
  readonly body: Buffer | undefined;

  constructor(failure: UpstreamFailure) {
    const where = failure.field === undefined ? '' : ` at ${failure.field}`;
    super(`${failure.endpoint}: ${failure.reason} (${failure.code})${where}`);
    this.class = failure.class;
    this.reason = failure.reason;
    this.code = failure.code;
    this.endpoint = failure.endpoint;
    this.httpStatus = failure.httpStatus;
    this.retryAfterMs = failure.retryAfterMs;
    this.field = failure.field;
    this.body = failure.body;
  }
}
