/** Wakes everybody who waits at that moment. Check the condition and call `rung` in one go: no ring falls between. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next ring, when the signal aborts, or after the timeout (milliseconds). */
  rung(signal: AbortSignal, timeout?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = timeout === undefined ? undefined : setTimeout(wake, timeout);
      this.#waiting.add(wake);
      if (signal.aborted) wake();
      else signal.addEventListener('abort', wake);
    });
  }
}
