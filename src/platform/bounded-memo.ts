import { LRUCache } from 'lru-cache';
import type { Memo } from '../domain/valuation/memo.ts';

/** Remembers the `capacity` most recently used results, whichever caller asks. */
export function boundedMemo(capacity: number): Memo {
  const kept = new LRUCache<string, object>({ max: capacity });
  return <T extends object>(key: string, compute: () => T): T => {
    const known = kept.get(key) as T | undefined;
    if (known !== undefined) return known;
    const value = compute();
    kept.set(key, value);
    return value;
  };
}
