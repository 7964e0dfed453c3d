/**
 * What is under way, by key, in the order of coming: for many that come and go, each with much to it. When a `Map` makes
 * itself a new table, the former one keeps what it had and leads to the new one. As soon as V8 takes one table for old, all
 * that follow get old with it, and all that was in them lives until the heap is collected whole; here they hold empty cells.
 */
export class UnderWay<K, T extends object> {
  readonly #cells = new Map<K, { content: T | undefined }>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: K): boolean {
    return this.#cells.has(key);
  }

  get(key: K): T | undefined {
    return this.#cells.get(key)?.content;
  }

  set(key: K, content: T): void {
    this.delete(key);
    this.#cells.set(key, { content });
  }

  /** Whether it was under way. */
  delete(key: K): boolean {
    const cell = this.#cells.get(key);
    if (cell === undefined) return false;
    cell.content = undefined;
    return this.#cells.delete(key);
  }

  *values(): Generator<T> {
    for (const { content } of this.#cells.values()) if (content !== undefined) yield content;
  }
}
