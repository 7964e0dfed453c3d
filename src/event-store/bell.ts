/** Wakes everybody who waits at that moment. */
export class Bell {
  readonly #waiting = new Set<() => void>();
  #rings = 0;

  /** How often it has rung: who compares finds out about a ring that fell while nobody waited. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next ring, when the signal aborts, or after the timeout (ms). */
  rung(signal?: AbortSignal, timeout?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = timeout === undefined ? undefined : setTimeout(wake, timeout);
      this.#waiting.add(wake);
      if (signal?.aborted === true) wake();
      else signal?.addEventListener('abort', wake);
    });
  }
}
