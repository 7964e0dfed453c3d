import type { Position } from '../event-store.ts';

/** What one look at the log shows (`observe_log`). */
export interface Observation {
  /** End of the unbroken run of positions behind the head looked from; `undefined` when the next one is missing. */
  readonly runEnd: Position | undefined;
  /** The largest position to be seen; `undefined` when the log is empty. */
  readonly last: Position | undefined;
  /** The transactions that hold the writers' lock. */
  readonly holders: readonly string[];
}

/**
 * How far the log is known to be complete, and what is being waited for. When all `holders` have ended, everything up
 * to `upTo` that is not to be seen will never be.
 */
export interface SafeHead {
  readonly head: Position;
  readonly waiting: { readonly upTo: Position; readonly holders: readonly string[] } | undefined;
}

/**
 * Moves the safe head by one look at the log, taken from `state.head`. A position that is missing was drawn before the
 * largest one seen, so its writer held the writers' lock before the look at the lock: it is among that look's holders, or
 * it had ended, and what it wrote is seen from then on. Hence the gap is stepped over when the last of those holders has
 * ended; time plays no part. Writers that came later cannot fill it: they draw later positions.
 */
export function moveSafeHead({ head, waiting }: SafeHead, { runEnd, last, holders }: Observation): SafeHead {
  const resolved = waiting !== undefined && !waiting.holders.some((holder) => holders.includes(holder));
  const known = largest(head, runEnd, resolved ? waiting.upTo : undefined);
  if (last === undefined || last <= known) return { head: known, waiting: undefined };
  // A gap. No holder: whoever left it has ended already.
  if (holders.length === 0) return { head: last, waiting: undefined };
  if (waiting !== undefined && !resolved && waiting.upTo > known) return { head: known, waiting };
  return { head: known, waiting: { upTo: last, holders } };
}

function largest(first: Position, ...others: readonly (Position | undefined)[]): Position {
  return others.reduce<Position>((most, one) => (one !== undefined && one > most ? one : most), first);
}
