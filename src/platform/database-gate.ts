import { AsyncLocalStorage } from 'node:async_hooks';
import { ProblemError } from '../domain/errors.ts';

/** How busy a database pool is: the numbers behind the pool's metrics. The last three count since the start. */
export interface PoolStats {
  readonly size: number;
  readonly active: number;
  readonly waiting: number;
  readonly granted: number;
  /** Permits asked for and not had in time. */
  readonly refused: number;
  /** Time spent waiting for permits, in ms, all together. */
  readonly waitedMs: number;
}

/** Permits in the order of asking; their number can be changed while they are in use. */
export class Gate {
  readonly #timeoutMs: number;
  readonly #inside: AsyncLocalStorage<{ open: boolean }> | undefined;
  readonly #waiting = new Set<() => void>();
  #size: number;
  #active = 0;
  #granted = 0;
  #refused = 0;
  #waitedMs = 0;

  /**
   * `timeoutMs`: how long a permit is waited for. `noticeNesting`: refuse a permit inside another; following who is
   * inside costs every request of the process something.
   */
  constructor(size: number, options: { readonly timeoutMs: number; readonly noticeNesting: boolean }) {
    this.#size = size;
    this.#timeoutMs = options.timeoutMs;
    this.#inside = options.noticeNesting ? new AsyncLocalStorage() : undefined;
  }

  /** Fewer permits than are in use: they are not taken away, just not given again. */
  resize(size: number): void {
    this.#size = size;
    this.#grant();
  }

  stats(): PoolStats {
    return {
      size: this.#size,
      active: this.#active,
      waiting: this.#waiting.size,
      granted: this.#granted,
      refused: this.#refused,
      waitedMs: this.#waitedMs,
    };
  }

  /**
   * Runs `work` under one permit. Throws `ProblemError` `overloaded` when none is free in time and, where nesting is
   * noticed, an error of the programmer's when the caller holds one already: enough of those wait for each other until
   * the timeout.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside?.getStore()?.open === true) {
      throw new Error('a database permit was asked for inside another: pass the sql of the outer one on');
    }
    await this.#acquire();
    const holder = { open: true };
    // The permit goes back however the work ends.
    try {
      return await (this.#inside === undefined ? work() : this.#inside.run(holder, work));
    } finally {
      holder.open = false;
      this.#active--;
      this.#grant();
    }
  }

  async #acquire(): Promise<void> {
    if (this.#active >= this.#size || this.#waiting.size > 0) await this.#wait();
    else this.#active++;
    this.#granted++;
  }

  /** Resolves with the permit already counted as active: nobody can slip in between. */
  #wait(): Promise<void> {
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(enter);
        this.#waitedMs += performance.now() - since;
      };
      const enter = (): void => {
        leave();
        resolve();
      };
      const timer = setTimeout(() => {
        leave();
        this.#refused++;
        reject(new ProblemError('overloaded', `the database is busy: no permit within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
      this.#waiting.add(enter);
    });
  }

  #grant(): void {
    for (const enter of this.#waiting) {
      if (this.#active >= this.#size) return;
      this.#active++;
      enter();
    }
  }
}
