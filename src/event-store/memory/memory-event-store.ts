import { randomUUID } from 'node:crypto';
import { toOutcome } from '../append-outcome.ts';
import { Bell } from '../bell.ts';
import { DuplicateEventIdError } from '../errors.ts';
import { START } from '../event-store.ts';
import type {
  AppendOutcome,
  AppendResult,
  EventMetadata,
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
import { followLog } from '../follow-log.ts';
import { firstRevision, judgeRefusedAppend } from '../refused-append.ts';
import { requireEvents, serialiseEvent } from '../serialise-event.ts';

/** An event as kept: its payload is text, so that nobody holds a reference into the log. */
type StoredEvent = Omit<RecordedEvent, 'data' | 'metadata'> & { readonly data: string; readonly metadata: string };

/** An event store for unit tests: it lives and ends with its process. `now` gives `recordedAt`, in ms since 1970. */
export function createMemoryEventStore(now: () => number = Date.now): EventStore {
  return new MemoryEventStore(now);
}

class MemoryEventStore implements EventStore {
  readonly #now: () => number;
  readonly #id = randomUUID();
  /** The event at position p has index p − 1. */
  readonly #log: StoredEvent[] = [];
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #ids = new Set<string>();
  readonly #grown = new Bell();

  constructor(now: () => number) {
    this.#now = now;
  }

  storeId(): Promise<string> {
    return Promise.resolve(this.#id);
  }

  append(stream: string, expectedRevision: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return Promise.resolve().then(() => this.#append({ stream, expectedRevision, events }));
  }

  async appendMany(appends: readonly StreamAppend[]): Promise<readonly AppendOutcome[]> {
    const settled = await Promise.allSettled(appends.map((a) => this.append(a.stream, a.expectedRevision, a.events)));
    return settled.map(toOutcome);
  }

  readStream(stream: string, fromRevision = 0, limit = Infinity): Promise<readonly RecordedEvent[]> {
    const standing = this.#streams.get(stream) ?? [];
    return Promise.resolve(standing.slice(fromRevision, fromRevision + limit).map(parseEvent));
  }

  readLast(stream: string): Promise<RecordedEvent | undefined> {
    const last = this.#streams.get(stream)?.at(-1);
    return Promise.resolve(last && parseEvent(last));
  }

  readAll(options: ReadAllOptions): Promise<LogSlice> {
    return Promise.resolve(this.#slice(options));
  }

  head(): Promise<Position> {
    return Promise.resolve(this.#log.at(-1)?.position ?? START);
  }

  subscribe(options: SubscribeOptions, onSlice: (slice: LogSlice) => Promise<void>): Promise<void> {
    const source = {
      headPast: async (after: Position, signal: AbortSignal) => {
        while (BigInt(this.#log.length) <= after && !signal.aborted) await this.#grown.rung(signal);
      },
      nextSlice: (next: ReadAllOptions) => this.readAll(next),
    };
    return followLog(source, options, onSlice);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #append(append: StreamAppend): AppendResult {
    const { stream, expectedRevision, events } = append;
    requireEvents(stream, events);
    const standing = this.#streams.get(stream) ?? [];
    const actual = standing.at(-1)?.revision ?? 'no-stream';
    const first = firstRevision(expectedRevision);
    if (actual !== expectedRevision)
      return judgeRefusedAppend(append, { actual, events: standing.slice(first, first + events.length) });
    const ids = events.map((event) => event.id);
    if (new Set(ids).size < ids.length || ids.some((id) => this.#ids.has(id))) throw new DuplicateEventIdError(stream);
    const added = this.#recorded(append);
    this.#log.push(...added);
    this.#streams.set(stream, standing.concat(added));
    for (const id of ids) this.#ids.add(id);
    this.#grown.ring();
    return { position: BigInt(this.#log.length) as Position, revision: first + events.length - 1, idempotent: false };
  }

  #recorded({ stream, expectedRevision, events }: StreamAppend): StoredEvent[] {
    const recordedAt = new Date(this.#now()).toISOString();
    return events.map((event, i) => ({
      id: event.id,
      type: event.type,
      schemaVersion: event.schemaVersion,
      ...serialiseEvent(event),
      stream,
      revision: firstRevision(expectedRevision) + i,
      position: BigInt(this.#log.length + 1 + i) as Position,
      recordedAt,
    }));
  }

  #slice({ after, limit, types }: ReadAllOptions): LogSlice {
    const events: RecordedEvent[] = [];
    let through = after;
    for (const event of this.#log.slice(Number(after))) {
      if (events.length === limit) break;
      if (types === undefined || types.includes(event.type)) events.push(parseEvent(event));
      through = event.position;
    }
    return { events, through };
  }
}

function parseEvent(event: StoredEvent): RecordedEvent {
  return { ...event, data: JSON.parse(event.data), metadata: JSON.parse(event.metadata) as EventMetadata };
}
