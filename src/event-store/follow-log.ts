import type { LogSlice, Position, ReadAllOptions, SubscribeOptions } from './event-store.ts';

/** What a store whose log is polled offers to its subscriptions. */
export interface LogSource {
  /** Resolves when the safe head is past `after`, or when the signal aborts. */
  headPast(after: Position, signal: AbortSignal): Promise<void>;
  /** The next slice up to the safe head. Rides out lost connections until the signal aborts; `undefined` then. */
  nextSlice(options: ReadAllOptions, signal: AbortSignal): Promise<LogSlice | undefined>;
}

const DEFAULT_BATCH_SIZE = 500;

/**
 * The subscription of a polled log: catch-up and live are the same loop, so there is no hand-over to get wrong. The next
 * slice is read while the handler works on this one.
 */
export async function followLog(
  source: LogSource,
  options: SubscribeOptions,
  onSlice: (slice: LogSlice) => Promise<void>,
): Promise<void> {
  const { batchSize: limit = DEFAULT_BATCH_SIZE, types } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const aborted = () => signal.aborted;
  const read = async (after: Position): Promise<LogSlice | undefined> => {
    await source.headPast(after, signal);
    return aborted() ? undefined : await source.nextSlice({ after, limit, ...(types && { types }) }, signal);
  };

  let next = read(options.after);
  // The read ahead ends with the subscription, however that ends.
  try {
    for (let slice = await next; slice !== undefined && !aborted(); slice = await next) {
      next = read(slice.through);
      // Awaited above; were the handler to reject first, nobody would look at it.
      next.catch(() => undefined);
      await onSlice(slice);
    }
  } finally {
    ended.abort();
  }
}
