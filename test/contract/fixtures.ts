import { randomUUID } from 'node:crypto';
import type { EventStore, LogSlice, NewEvent, Position, RecordedEvent } from '../../src/event-store/event-store.ts';

/** An event with an id of its own; `type` and `data` where a test cares about them. */
export function newEvent(type = 'Tested', data: unknown = { n: 1 }): NewEvent {
  const metadata = {
    correlationId: randomUUID(),
    causationId: null,
    actor: 'contract',
    occurredAt: '2026-01-02T03:04:05.678Z',
  };
  return { id: randomUUID(), type, schemaVersion: 1, data, metadata };
}

export function newEvents(count: number, type?: string): NewEvent[] {
  return Array.from({ length: count }, (_, n) => newEvent(type, { n }));
}

/** A stream, or an event type, that no other test uses: a store may hold other tests' events. */
export function unique(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

export function ids(events: readonly { readonly id: string }[]): string[] {
  return events.map((event) => event.id);
}

/** Every slice after a position until a read brings nothing new. */
export async function readToEnd(
  store: EventStore,
  options: { after: Position; limit: number; types?: readonly string[] },
): Promise<LogSlice[]> {
  const slices: LogSlice[] = [];
  for (let after = options.after; ;) {
    const slice = await store.readAll({ ...options, after });
    if (slice.through === after) return slices;
    slices.push(slice);
    after = slice.through;
  }
}

/** A running subscription that keeps what it was given and lets a test wait for it, without clocks. */
export class Subscriber {
  readonly slices: LogSlice[] = [];
  readonly done: Promise<void>;
  readonly #abort = new AbortController();
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  constructor(store: EventStore, options: { after: Position; types?: readonly string[]; batchSize?: number }) {
    this.done = store.subscribe({ ...options, signal: this.#abort.signal }, (slice) => {
      this.slices.push(slice);
      this.#waiting = this.#waiting.filter(({ ready, resolve }) => {
        if (!ready()) return true;
        resolve();
        return false;
      });
      return Promise.resolve();
    });
  }

  get events(): RecordedEvent[] {
    return this.slices.flatMap((slice) => slice.events);
  }

  get through(): Position | undefined {
    return this.slices.at(-1)?.through;
  }

  /** Waits until the subscription has delivered everything up to a position; fails when it ended before. */
  async reached(position: Position): Promise<void> {
    const ready = () => this.through !== undefined && this.through >= position;
    if (ready()) return;
    const reached = new Promise<void>((resolve) => this.#waiting.push({ ready, resolve }));
    const ended = this.done.then(() => {
      throw new Error(`the subscription ended before position ${position}`);
    });
    await Promise.race([reached, ended]);
  }

  /** Aborts the subscription and waits for its end. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.done;
  }
}
