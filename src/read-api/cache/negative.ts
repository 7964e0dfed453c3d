import { LRUCache } from 'lru-cache';

/** What is known of a name that has no answer: the game does not know it, or it was never valued. */
export type Absence = 'unknown' | 'never-valued';

/** An unknown name is asked for again only after this time. */
export const UNKNOWN_FOR_MS = 600_000;
/** For the crowd behind the first who asks; its valuation ends this at once. */
const NEVER_VALUED_FOR_MS = 1000;
const MOST_NAMES = 10_000;

/** Names without an answer, bounded and expiring. Times in ms. */
export function createNegativeCache() {
  const known = new LRUCache<string, { readonly absence: Absence; readonly until: number }>({ max: MOST_NAMES });
  return {
    find(key: string, now: number): Absence | undefined {
      const found = known.get(key);
      return found !== undefined && now < found.until ? found.absence : undefined;
    },
    /** `since`: when the game said that it does not know the name. */
    keep(key: string, absence: Absence, { since, now }: { since: number; now: number }): void {
      known.set(key, {
        absence,
        until: absence === 'unknown' ? since + UNKNOWN_FOR_MS : now + NEVER_VALUED_FOR_MS,
      });
    },
    drop: (key: string): boolean => known.delete(key),
    empty: (): void => known.clear(),
  };
}
