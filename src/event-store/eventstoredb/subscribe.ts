import { Bell } from '../bell.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { LogSlice, Position, SubscribeOptions } from '../event-store.ts';
import { asStoreError, unlessAborted } from './answers.ts';
import { isEvent, LiveFeed } from './live-feed.ts';
import type { FeedItem } from './live-feed.ts';
import { lastBefore, readLog } from './read.ts';
import type { Connection } from './read.ts';
import { fromWire, positionOf } from './wire-event.ts';

const DEFAULT_BATCH_SIZE = 500;

/** After so long without news (milliseconds) we look for ourselves how far the log has gone on without a match. */
const QUIET_MS = 250;

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Carries a failure of the subscriber past the reconnecting, which is for failures of the store only. */
class SubscriberFailedError extends Error {}

/**
 * Catch-up then live from the last delivered position, over one connection after another until the signal aborts. The
 * server picks the types. Rejects when `onSlice` does, or when the server refuses (no access, no such position).
 */
export async function follow(
  connection: Connection,
  options: SubscribeOptions,
  onSlice: (slice: LogSlice) => Promise<void>,
): Promise<void> {
  const { signal } = options;
  const delivery = new Delivery(options.after, onSlice);
  const never = new Bell();
  for (let failures = 0; !signal.aborted; failures++) {
    const before = delivery.through;
    // A lost connection is no failure: the next one goes on where the last delivery ended.
    try {
      await followConnection(connection, options, delivery);
    } catch (error) {
      if (error instanceof SubscriberFailedError) throw error.cause;
      if (!(asStoreError(error) instanceof StoreUnavailableError)) throw error;
    }
    if (delivery.through > before) failures = 0;
    await never.rung(signal, pauseAfter(failures));
  }
}

/** Milliseconds: doubles with every failure in a row; the random half keeps processes from returning all at once. */
function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** How far the subscriber is. Every source of slices may repeat what another has brought: each event is passed on once. */
class Delivery {
  through: Position;
  readonly #onSlice: (slice: LogSlice) => Promise<void>;

  constructor(after: Position, onSlice: (slice: LogSlice) => Promise<void>) {
    this.through = after;
    this.#onSlice = onSlice;
  }

  async pass({ events, through }: LogSlice): Promise<void> {
    if (through <= this.through) return;
    const fresh = events.filter((event) => event.position > this.through);
    // The subscriber's own errors are not ours to ride out, whatever they are.
    try {
      await this.#onSlice({ events: fresh, through });
    } catch (cause) {
      throw new SubscriberFailedError('the subscriber failed', { cause });
    }
    this.through = through;
  }
}

/** One connection: returns when the signal aborts, throws when it is lost. */
async function followConnection(connection: Connection, options: SubscribeOptions, delivery: Delivery): Promise<void> {
  const { signal, types, batchSize: limit = DEFAULT_BATCH_SIZE } = options;
  const feed = new LiveFeed(connection.client, delivery.through, types);
  const next = async () => {
    const items = await feed.take(limit, QUIET_MS, signal);
    if (signal.aborted) return undefined;
    if (items.length > 0) return toSlice(connection, items, options);
    return readLog(connection, { after: delivery.through, limit, ...(types && { types }) });
  };
  // Whatever ends this ends the call.
  try {
    while (!signal.aborted) {
      const slice = await unlessAborted(signal, next());
      if (slice !== undefined) await delivery.pass(slice);
    }
  } finally {
    feed.close();
  }
}

/**
 * The slice that these items make. A checkpoint is taken to say that everything *below* it was searched, which is true
 * of every server version; some versions send the position of an event that is still to come (docs/adr/0002). So what it
 * moves `through` to is the last event below it, which costs one short read.
 */
async function toSlice(
  connection: Connection,
  items: readonly FeedItem[],
  { after, types }: SubscribeOptions,
): Promise<LogSlice> {
  const resolved = items.filter(isEvent);
  const ours = resolved.map(fromWire).filter((event) => event !== undefined);
  const events = types === undefined ? ours : ours.filter((event) => types.includes(event.type));
  const lastEvent = resolved.at(-1)?.event;
  const seen = lastEvent === undefined ? after : positionOf(lastEvent);
  const last = items.at(-1);
  if (last === undefined || isEvent(last)) return { events, through: seen };
  const searched = await lastBefore(connection, last.searchedBelow);
  return { events, through: searched > seen ? searched : seen };
}
