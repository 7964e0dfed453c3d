import { LRUCache } from 'lru-cache';
import type { Memo } from '../domain/valuation/memo.ts';

/** Results of one character remembered beside those of many: the last 200 characters with three presets. */
const OF_ONE = 600;

/**
 * Remembers the `capacity` most recently used results of many characters, and apart from them, so that they push none
 * of them out, at most as many and at most 600 of single characters.
 */
export function boundedMemo(capacity: number): Memo {
  const kept = {
    many: new LRUCache<string, object>({ max: capacity }),
    one: new LRUCache<string, object>({ max: Math.min(capacity, OF_ONE) }),
  };
  return <T extends object>(key: string, compute: () => T, of: 'many' | 'one' = 'many'): T => {
    const known = kept[of].get(key) as T | undefined;
    if (known !== undefined) return known;
    const value = compute();
    kept[of].set(key, value);
    return value;
  };
}
