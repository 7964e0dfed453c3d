/**
 * The port of the event store. Three adapters implement it (postgres, eventstoredb, memory) and one contract suite
 * (`test/contract/event-store.ts`) holds all of them to the same promises.
 */

/** Global position of an event: positive, strictly increasing in log order, meaningful within one store only. */
export type Position = bigint & { readonly brand: 'Position' };

/** Before the first event of any store. */
export const START = 0n as Position;

/** Reads a position back from its decimal text (JSON, database, command line). Throws `RangeError` on anything else. */
export function toPosition(text: string | bigint): Position {
  if (typeof text === 'string' && !/^\d{1,19}$/.test(text)) throw new RangeError(`not a log position: ${text}`);
  return BigInt(text) as Position;
}

/** Revision of an event in its stream: 0 for the first event. */
export type Revision = number;

/** What the writer believes about the stream: the revision of its last event, or that it does not exist. */
export type ExpectedRevision = Revision | 'no-stream';

/** Who and what caused an event. `occurredAt` is ISO-8601 UTC, set by the writer. */
export interface EventMetadata {
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly actor: string;
  readonly occurredAt: string;
}

/** An event to be appended. `id` is a uuid, deterministic where the command has an idempotency key. `data` is plain JSON. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/** An event as the log holds it. `recordedAt` is the store's clock, ISO-8601 UTC. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  readonly revision: Revision;
  readonly position: Position;
  readonly recordedAt: string;
}

/** Where the last event of an append stands. `idempotent`: the very same events were already there. */
export interface AppendResult {
  readonly position: Position;
  readonly revision: Revision;
  readonly idempotent: boolean;
}

export interface StreamAppend {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  /** At least one event. */
  readonly events: readonly NewEvent[];
}

/** Result of one stream of an `appendMany`: independent of its neighbours. */
export type AppendOutcome =
  ({ readonly status: 'appended' } & AppendResult) | { readonly status: 'failed'; readonly error: Error };

export interface ReadAllOptions {
  /** Exclusive. */
  readonly after: Position;
  /** At most this many events. */
  readonly limit: number;
  /** Only these event types; all when absent. */
  readonly types?: readonly string[];
}

/**
 * A piece of the log in order. Every matching event in (`after`, `through`] is in `events`; `through` is safe: no event
 * will ever appear at or below it later. `through` ≥ the last event's position, and equals `after` when nothing is new.
 */
export interface LogSlice {
  readonly events: readonly RecordedEvent[];
  readonly through: Position;
}

export interface SubscribeOptions {
  /** Exclusive: the position of the last delivered event, or START. */
  readonly after: Position;
  readonly types?: readonly string[];
  /** At most this many events in a batch (default 500). */
  readonly batchSize?: number;
  /** Ends the subscription: the returned promise then resolves. */
  readonly signal: AbortSignal;
}

export interface EventStore {
  /** The identity of this log (a uuid made with it): checkpoints of another log must not be used on it. */
  storeId(): Promise<string>;

  /**
   * Appends at exactly the expected revision, all or nothing. When the stream is elsewhere, the ids already standing
   * where these events would go decide: all equal ⇒ the earlier result with `idempotent: true`; none equal ⇒
   * `ConcurrencyError`; some equal ⇒ `PartialDuplicateError`.
   */
  append(stream: string, expectedRevision: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;

  /** Independent appends in as few round trips as the adapter can; one outcome per entry, in order; not atomic across. */
  appendMany(appends: readonly StreamAppend[]): Promise<readonly AppendOutcome[]>;

  /** Events of a stream from a revision on (default 0), at most `limit` (default: all); empty when there is no such stream. */
  readStream(stream: string, fromRevision?: Revision, limit?: number): Promise<readonly RecordedEvent[]>;

  /** The last event of a stream, `undefined` when there is no such stream: one short read however long the stream. */
  readLast(stream: string): Promise<RecordedEvent | undefined>;

  readAll(options: ReadAllOptions): Promise<LogSlice>;

  /** The largest position below which nothing can appear any more (the safe head). */
  head(): Promise<Position>;

  /**
   * Catch-up then live: delivers slices in order, one at a time (waits for `onSlice`), also empty ones that only move
   * `through` on. Rides out lost connections. Rejects when `onSlice` rejects; resolves when `signal` aborts.
   */
  subscribe(options: SubscribeOptions, onSlice: (slice: LogSlice) => Promise<void>): Promise<void>;

  close(): Promise<void>;
}
