import { setImmediate } from 'node:timers/promises';
import { eventTypeFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, AllStreamSubscription, EventStoreDBClient } from '@eventstore/db-client';
import { Bell } from '../bell.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { Position } from '../event-store.ts';
import { toWirePosition } from './wire-event.ts';

/** The server considers so many events, matching or not, before it says how far it is. */
const CHECKPOINT_EVERY = 500;

/** What the server sends, in its order: matching events, and how far it has searched. */
export type FeedItem = AllStreamResolvedEvent | Checkpoint;

/** The server's word that it has searched everything below a position. */
interface Checkpoint {
  readonly searchedBelow: Position;
}

export function isEvent(item: FeedItem): item is AllStreamResolvedEvent {
  return !('searchedBelow' in item);
}

/** One subscription call. It reads ahead a bounded number of events; the rest waits at the server. */
export class LiveFeed {
  readonly #subscription: AllStreamSubscription;
  readonly #news = new Bell();
  #loss: Error | undefined;

  constructor(client: EventStoreDBClient, after: Position, types: readonly string[] | undefined) {
    const filter = eventTypeFilter({
      regex: types === undefined ? '^[^$]' : `^(?:${types.map(escapeRegex).join('|')})$`,
      maxSearchWindow: CHECKPOINT_EVERY,
      // Called between the events before and after it, so pushing it into the stream keeps its place.
      checkpointReached: (subscription, { commit }) => {
        subscription.push({ searchedBelow: commit as Position } satisfies Checkpoint);
      },
    });
    this.#subscription = client.subscribeToAll({ fromPosition: toWirePosition(after), filter });
    this.#subscription.on('readable', () => this.#news.ring());
    this.#subscription.on('error', (error) => this.#lose(error));
    this.#subscription.on('end', () => this.#lose(new StoreUnavailableError('the server ended the subscription')));
  }

  /**
   * What has arrived, at most `limit` items. Waits for it up to `quietMs` milliseconds: nothing then, or when the signal
   * aborts. Throws the loss of the connection once everything that came before it is taken.
   */
  async take(limit: number, quietMs: number, signal: AbortSignal): Promise<FeedItem[]> {
    const items: FeedItem[] = [];
    if (this.#subscription.readableLength === 0 && this.#loss === undefined) await this.#news.rung(signal, quietMs);
    // Events that were sent together arrive one by one: as long as each turn of the loop brings more, they are one batch.
    let more = this.#takeArrived(limit);
    while (more.length > 0) {
      items.push(...more);
      await setImmediate();
      more = this.#takeArrived(limit - items.length);
    }
    if (items.length === 0 && this.#loss !== undefined) throw this.#loss;
    return items;
  }

  close(): void {
    this.#subscription.destroy();
    // The call may never have begun; then there is nothing to cancel.
    this.#subscription.unsubscribe().catch(() => undefined);
  }

  #takeArrived(limit: number): FeedItem[] {
    const items: FeedItem[] = [];
    while (items.length < limit) {
      const item = this.#subscription.read() as FeedItem | null;
      if (item === null) break;
      items.push(item);
    }
    return items;
  }

  #lose(error: Error): void {
    this.#loss ??= error;
    this.#news.ring();
  }
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
