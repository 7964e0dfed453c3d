/** A time after which nobody waits any more. */
export interface TimeLimit {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** To be called when the wait has ended: the clock stops. */
  readonly end: () => void;
}

/**
 * Begins a time of so many ms, which is over sooner when `other` aborts. Not by `AbortSignal.timeout`: one that only
 * `AbortSignal.any` knows is dropped by Node.js 20 at the next garbage collection, and never aborts.
 */
export function startTimeLimit(ms: number, other?: AbortSignal): TimeLimit {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  const signal = other === undefined ? over.signal : AbortSignal.any([over.signal, other]);
  return { signal, end: () => clearTimeout(timer) };
}
