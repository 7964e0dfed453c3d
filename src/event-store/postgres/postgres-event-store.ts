import type { Database } from '../../platform/database.ts';
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
import { createGrouped } from '../../platform/grouped.ts';
import { followLog } from '../follow-log.ts';
import { appendGroup } from './append-group.ts';
import type { Query } from './append-group.ts';
import { appendRounds, LARGEST_GROUP } from './append-rounds.ts';
import { HeadTracker } from './head-tracker.ts';
import { observeLog } from './observe-log.ts';
import { readLast, readSlice, readStream } from './read-events.ts';
import { readStoreId } from './store-id.ts';
import { asStoreError, isTransient } from './transient.ts';
import { WakeUp } from './wake-up.ts';

export interface PostgresEventStoreOptions {
  /** Stays the caller's: closing the store does not close it. */
  readonly database: Database;
  /** Address of the same database for the wake-up connection; without it, other processes' appends are found by polling. */
  readonly url?: string;
}

/** How long a subscription waits for a database that is away, in ms. */
const RETRY_MS = 250;

/** The event store on PostgreSQL (`migrations/0001-event-store.sql`). */
export function createPostgresEventStore(options: PostgresEventStoreOptions): EventStore {
  return new PostgresEventStore(options);
}

class PostgresEventStore implements EventStore {
  readonly #query: Query;
  readonly #wakeUp: WakeUp;
  readonly #tracker: HeadTracker;
  readonly #appendGrouped: (append: StreamAppend) => Promise<AppendResult>;
  #storeId: string | undefined;

  constructor({ database, url }: PostgresEventStoreOptions) {
    // The port has its own name for a database that is away.
    this.#query = (work) =>
      database.query(work).catch((error: unknown) => {
        throw asStoreError(error);
      });
    this.#wakeUp = new WakeUp(url);
    this.#tracker = new HeadTracker({
      observe: (head) => this.#query((sql) => observeLog(sql, head)),
      wakeUp: this.#wakeUp,
    });
    // Group commit: appends that arrive while a round trip is under way share the next one.
    this.#appendGrouped = createGrouped((group) => this.#appendEach(group), { largest: LARGEST_GROUP, atOnce: 1 });
  }

  async storeId(): Promise<string> {
    return (this.#storeId ??= await this.#query(readStoreId));
  }

  append(stream: string, expectedRevision: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.#appendGrouped({ stream, expectedRevision, events });
  }

  async appendMany(appends: readonly StreamAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    for (const round of appendRounds(appends)) {
      const settled = await appendGroup(
        this.#query,
        round.map((placed) => placed.append),
      );
      settled.forEach((outcome, i) => (outcomes[round[i]?.index ?? NaN] = outcome));
      this.#wakeUp.announce();
    }
    return outcomes;
  }

  readStream(stream: string, fromRevision = 0, limit?: number): Promise<readonly RecordedEvent[]> {
    return this.#query((sql) => readStream(sql, stream, { from: fromRevision, limit }));
  }

  readLast(stream: string): Promise<RecordedEvent | undefined> {
    return this.#query((sql) => readLast(sql, stream));
  }

  async readAll(options: ReadAllOptions): Promise<LogSlice> {
    const full = options.types === undefined && options.after + BigInt(options.limit) <= this.#tracker.head;
    const head = full ? this.#tracker.head : await this.#tracker.advance();
    return this.#query((sql) => readSlice(sql, options, head));
  }

  head(): Promise<Position> {
    return this.#tracker.advance();
  }

  subscribe(options: SubscribeOptions, onSlice: (slice: LogSlice) => Promise<void>): Promise<void> {
    const source = {
      headPast: (after: Position, signal: AbortSignal) => this.#tracker.headPast(after, signal),
      nextSlice: (next: ReadAllOptions, signal: AbortSignal) => this.#nextSlice(next, signal),
    };
    return followLog(source, options, onSlice);
  }

  close(): Promise<void> {
    return this.#wakeUp.close();
  }

  async #appendEach(group: readonly StreamAppend[]): Promise<(AppendResult | Error)[]> {
    const outcomes = await this.appendMany(group);
    return outcomes.map((outcome) => (outcome.status === 'appended' ? outcome : outcome.error));
  }

  async #nextSlice(options: ReadAllOptions, signal: AbortSignal): Promise<LogSlice | undefined> {
    while (!signal.aborted) {
      // A database that is away, or busy, is waited for: a subscription outlives it.
      try {
        return await this.#query((sql) => readSlice(sql, options, this.#tracker.head));
      } catch (error) {
        if (!isTransient(error)) throw error;
        await this.#wakeUp.appended.rung(signal, RETRY_MS);
      }
    }
    return undefined;
  }
}
