/**
 * Remembers results by exact key: `memo(key, compute)` is `compute()`, or what it was before under the same key. The key
 * must name everything the result depends on, the tables' content hash included. `of` says who may ask again: items and
 * their routes are many characters', the totals of a preset one's.
 */
export type Memo = <T extends object>(key: string, compute: () => T, of?: 'many' | 'one') => T;

/** Remembers nothing. */
export const noMemo: Memo = (_, compute) => compute();
