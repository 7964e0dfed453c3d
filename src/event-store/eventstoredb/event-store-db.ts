import { EventStoreDBClient } from '@eventstore/db-client';
import { toOutcome } from '../append-outcome.ts';
import { START } from '../event-store.ts';
import type {
  AppendOutcome,
  AppendResult,
  EventStore,
  ExpectedRevision,
  LogSlice,
  NewEvent,
  Position,
  ReadAllOptions,
  RecordedEvent,
  StreamAppend,
  SubscribeOptions,
} from '../event-store.ts';
import { appendToStream } from './append.ts';
import { readHead, readLog, readStreamEnd, readStreamForwards } from './read.ts';
import type { Connection } from './read.ts';
import { readOrWriteStoreId } from './store-identity.ts';
import { follow } from './subscribe.ts';

export interface EventStoreDbOptions {
  /** `esdb://host:2113?tls=false`, or any connection string of the client. */
  readonly connectionString: string;
  /** How long a call may stay without an answer, in milliseconds (default 5,000). */
  readonly deadlineMs?: number;
}

/** Appends of one `appendMany` that are under way at a time: a server allows 100 calls on a connection. */
const PARALLEL_APPENDS = 32;

/** The event store on EventStoreDB (22.6 or later) or KurrentDB. Connects with the first call, and again after a loss. */
export function createEventStoreDbEventStore(options: EventStoreDbOptions): EventStore {
  return new EventStoreDbEventStore(options);
}

class EventStoreDbEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #closing = new AbortController();
  /** The largest position this process has seen taken; a repeated append is known by it. */
  #seen: Position = START;
  #storeId: Promise<string> | undefined;

  constructor({ connectionString, deadlineMs = 5_000 }: EventStoreDbOptions) {
    this.#connection = { client: EventStoreDBClient.connectionString(connectionString), deadlineMs };
  }

  storeId(): Promise<string> {
    this.#storeId ??= readOrWriteStoreId(this.#connection).catch((error: unknown) => {
      this.#storeId = undefined;
      throw error;
    });
    return this.#storeId;
  }

  async append(stream: string, expectedRevision: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const result = await appendToStream(this.#connection, { stream, expectedRevision, events }, this.#seen);
    this.#see(result.position);
    return result;
  }

  async appendMany(appends: readonly StreamAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    const waiting = appends.entries();
    const lane = async () => {
      for (const [i, { stream, expectedRevision, events }] of waiting) {
        const [settled] = await Promise.allSettled([this.append(stream, expectedRevision, events)]);
        outcomes[i] = toOutcome(settled);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_APPENDS }, lane));
    return outcomes;
  }

  readStream(stream: string, fromRevision = 0, limit?: number): Promise<readonly RecordedEvent[]> {
    return readStreamForwards(this.#connection, stream, fromRevision, limit);
  }

  readLast(stream: string): Promise<RecordedEvent | undefined> {
    return readStreamEnd(this.#connection, stream);
  }

  async readAll(options: ReadAllOptions): Promise<LogSlice> {
    const slice = await readLog(this.#connection, options);
    // Nothing new proves nothing: `through` is then the caller's own word.
    if (slice.through > options.after) this.#see(slice.through);
    return slice;
  }

  async head(): Promise<Position> {
    const head = await readHead(this.#connection);
    this.#see(head);
    return head;
  }

  subscribe(options: SubscribeOptions, onSlice: (slice: LogSlice) => Promise<void>): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    return follow(this.#connection, { ...options, signal }, (slice) => {
      this.#see(slice.through);
      return onSlice(slice);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection.client.dispose();
  }

  #see(position: Position): void {
    if (position > this.#seen) this.#seen = position;
  }
}
