import { AsyncLocalStorage } from 'node:async_hooks';
import { Permits, type PermitStats } from './permits.ts';

/** How busy a database pool is: the numbers behind the pool's metrics. */
export interface PoolStats extends PermitStats {
  readonly size: number;
}

/** The permits of a database pool; their number can be changed while they are in use. */
export class Gate {
  readonly #permits: Permits;
  readonly #inside: AsyncLocalStorage<{ open: boolean }> | undefined;
  #size: number;

  /**
   * `timeoutMs`: how long a permit is waited for. `noticeNesting`: refuse a permit inside another; following who is
   * inside costs every request of the process something.
   */
  constructor(size: number, options: { readonly timeoutMs: number; readonly noticeNesting: boolean }) {
    const { timeoutMs, noticeNesting } = options;
    this.#size = size;
    this.#permits = new Permits({ what: 'the database', size: () => this.#size, timeoutMs });
    this.#inside = noticeNesting ? new AsyncLocalStorage() : undefined;
  }

  /** Fewer permits than are in use: they are not taken away, just not given again. */
  resize(size: number): void {
    this.#size = size;
    this.#permits.grant();
  }

  stats(): PoolStats {
    return { size: this.#size, ...this.#permits.stats() };
  }

  /**
   * Runs `work` under one permit. Throws `ProblemError` `overloaded` when none is free in time and, where nesting is
   * noticed, an error of the programmer's when the caller holds one already: enough of those wait for each other until
   * the timeout.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const inside = this.#inside;
    if (inside === undefined) return await this.#permits.run(work);
    if (inside.getStore()?.open === true) {
      throw new Error('a database permit was asked for inside another: pass the sql of the outer one on');
    }
    return await this.#permits.run(() => {
      const holder = { open: true };
      return inside.run(holder, work).finally(() => {
        holder.open = false;
      });
    });
  }
}
