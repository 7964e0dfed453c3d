/**
 * Remembers results by exact key: `memo(key, compute)` is `compute()`, or what it was before under the same key. The key
 * must name everything the result depends on, the tables' content hash included.
 */
export type Memo = <T>(key: string, compute: () => T) => T;

/** Remembers nothing. */
export const noMemo: Memo = (_, compute) => compute();

/** Remembers the `capacity` most recently used results, whichever caller asks. */
export function boundedMemo(capacity: number): Memo {
  const kept = new Map<string, unknown>();
  return <T>(key: string, compute: () => T): T => {
    const known = kept.has(key);
    const value = known ? (kept.get(key) as T) : compute();
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
    return value;
  };
}
