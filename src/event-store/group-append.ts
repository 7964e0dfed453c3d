import { createGrouped } from '../platform/grouped.ts';
import type { AppendResult, EventStore, StreamAppend } from './event-store.ts';

/** Appends to one stream, like `EventStore.append`. */
export type Append = (append: StreamAppend) => Promise<AppendResult>;

/** Streams in one round trip: larger groups gain nothing. */
const LARGEST_GROUP = 500;

/** Group commit: appends that arrive while a round trip is under way share the next one. Each gets its own outcome. */
export function createGroupAppend(store: Pick<EventStore, 'appendMany'>): Append {
  const append = async (group: readonly StreamAppend[]): Promise<(AppendResult | Error)[]> => {
    const outcomes = await store.appendMany(group);
    return outcomes.map((outcome) => (outcome.status === 'appended' ? outcome : outcome.error));
  };
  return createGrouped(append, { largest: LARGEST_GROUP, atOnce: 1 });
}
