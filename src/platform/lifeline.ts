/** What a process has started, in order; ended in reverse, once. */
export class Lifeline {
  readonly #ends: (() => void | Promise<void>)[] = [];
  #ended: Promise<void> | undefined;

  /** True from the moment the end has begun. */
  get ending(): boolean {
    return this.#ended !== undefined;
  }

  /** Remembers how to end something that has just begun; returns it. */
  add<T>(started: T, end: (it: T) => void | Promise<void>): T {
    this.#ends.push(() => end(started));
    return started;
  }

  /** Ends everything, the latest first; what fails to end does not keep the rest from ending. Rejects with the first failure. */
  end(): Promise<void> {
    this.#ended ??= this.#endAll();
    return this.#ended;
  }

  async #endAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) {
      // Each end has its chance, whatever became of the others.
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything ended well');
  }
}
