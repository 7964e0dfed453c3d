import type { LogSlice, Position, ReadAllOptions, SubscribeOptions } from './event-store.ts';

/** What a store whose log is polled offers to its subscriptions. */
export interface LogSource {
  /** Resolves when the safe head is past `after`, or when the signal aborts. */
  headPast(after: Position, signal: AbortSignal): Promise<void>;
  /** The next slice up to the safe head. Rides out lost connections until the signal aborts; `undefined` then. */
  nextSlice(options: ReadAllOptions, signal: AbortSignal): Promise<LogSlice | undefined>;
}

const DEFAULT_BATCH_SIZE = 500;

/** The subscription of a polled log: catch-up and live are the same loop, so there is no hand-over to get wrong. */
export async function followLog(
  source: LogSource,
  options: SubscribeOptions,
  onSlice: (slice: LogSlice) => Promise<void>,
): Promise<void> {
  const { signal, batchSize: limit = DEFAULT_BATCH_SIZE, types } = options;
  let after = options.after;
  const aborted = () => signal.aborted;
  while (!aborted()) {
    await source.headPast(after, signal);
    if (aborted()) return;
    const slice = await source.nextSlice({ after, limit, ...(types && { types }) }, signal);
    if (slice === undefined || aborted()) return;
    if (slice.through > after) await onSlice(slice);
    after = slice.through;
  }
}
