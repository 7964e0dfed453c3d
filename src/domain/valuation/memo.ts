/**
 * Remembers results by exact key: `memo(key, compute)` is `compute()`, or what it was before under the same key. The key
 * must name everything the result depends on, the tables' content hash included.
 */
export type Memo = <T extends object>(key: string, compute: () => T) => T;

/** Remembers nothing. */
export const noMemo: Memo = (_, compute) => compute();
