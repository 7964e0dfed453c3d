import { LRUCache } from 'lru-cache';
import type { ExpectationRead } from '../../platform/read-models/expectation.ts';
import type { Representation } from '../representation.ts';

/** A stored answer in memory, with the representations that were asked for so far. */
export interface Entry {
  readonly row: ExpectationRead;
  /** Newer work on the character is under way. */
  pending: boolean;
  readonly loadedAt: number;
  readonly representations: Map<string, Representation>;
}

/** What an entry takes beside its bodies. */
const OVERHEAD_BYTES = 2048;

/**
 * Entries by character, bounded in bytes; the one longest unused goes first. Once full, it takes in who is asked for a
 * second time in a while (2Q, Johnson and Shasha 1994): the many who are asked for once do not drive out those who are
 * asked for often.
 */
export class KeptEntries {
  readonly #entries: LRUCache<string, Entry>;
  /** Who was not taken in, the longest ago first; half as many as there are entries. */
  readonly #turnedAway = new Set<string>();

  constructor(capacityBytes: number) {
    this.#entries = new LRUCache({ maxSize: capacityBytes, sizeCalculation: sizeOf });
  }

  /** Uses an entry. */
  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Looks at an entry without using it. */
  peek(key: string): Entry | undefined {
    return this.#entries.peek(key);
  }

  /** Whether an entry of so many bytes is to be kept: asking counts. */
  admits(key: string, bytes: number): boolean {
    const { calculatedSize, maxSize, size } = this.#entries;
    if (calculatedSize + bytes + OVERHEAD_BYTES <= maxSize || this.#entries.has(key)) return true;
    if (this.#turnedAway.delete(key)) return true;
    this.#turnedAway.add(key);
    for (const longestAgo of this.#turnedAway) {
      if (this.#turnedAway.size <= size / 2) break;
      this.#turnedAway.delete(longestAgo);
    }
    return false;
  }

  set(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
  }

  /** Weighs an entry anew that has got another representation, if it is kept. */
  weigh(key: string, entry: Entry): void {
    if (this.#entries.peek(key) !== entry) return;
    // The same value set again would keep its former weight.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  stats(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#entries.calculatedSize };
  }
}

/** A representation may have the stored body itself. */
function sizeOf({ row, representations }: Entry): number {
  let bytes = OVERHEAD_BYTES + row.body.length;
  for (const { body } of representations.values()) if (body !== row.body) bytes += body.length;
  return bytes;
}
