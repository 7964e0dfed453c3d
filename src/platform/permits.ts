import { ProblemError } from '../domain/errors.ts';
import { UnderWay } from './under-way.ts';
import type { WhenGone } from './when-gone.ts';

export interface PermitOptions {
  /** What the permits are for, as a refused caller reads it: "the database". */
  readonly what: string;
  /** How many may be out at a time; asked anew each time, so it may change while they are. */
  readonly size: () => number;
  /** How long a permit is waited for. */
  readonly timeoutMs: number;
  /** How many may wait; more are refused at once. */
  readonly maxWaiting?: () => number;
  /**
   * Time in which one wait that does no harm tells a burst from congestion, and one refusal congestion from its end: long
   * enough for several to get a permit; in ms.
   */
  readonly intervalMs?: number;
}

/** `granted`, `refused` and `waitedMs` (spent waiting, in ms, all together) count since the start. */
export interface PermitStats {
  readonly active: number;
  readonly waiting: number;
  readonly granted: number;
  /** Permits asked for and not had: too many waiting, or not in time. */
  readonly refused: number;
  readonly waitedMs: number;
}

/** Permits in the order of asking. */
export class Permits {
  readonly #options: PermitOptions;
  /** Who waits, by the number that each has drawn. */
  readonly #waiting = new UnderWay<number, () => void>();
  #drawn = 0;
  readonly #congestion: ReturnType<typeof createCongestion>;
  #active = 0;
  #granted = 0;
  #refused = 0;
  #waitedMs = 0;

  constructor(options: PermitOptions) {
    this.#options = options;
    this.#congestion = createCongestion(options.intervalMs ?? INTERVAL_MS);
  }

  stats(): PermitStats {
    return {
      active: this.#active,
      waiting: this.#waiting.size,
      granted: this.#granted,
      refused: this.#refused,
      waitedMs: this.#waitedMs,
    };
  }

  /**
   * Runs `work` under one permit. Throws `ProblemError` `overloaded` when none is to be had in time, when too many wait,
   * or when who asked is gone while this one waits.
   */
  async run<T>(work: () => Promise<T>, whenGone?: WhenGone): Promise<T> {
    await this.#acquire(whenGone);
    // The permit goes back however the work ends.
    try {
      return await work();
    } finally {
      this.#active--;
      this.grant();
    }
  }

  /** Whether everyone has had to wait lately: more is asked for than can be done, not just much at once. */
  isCongested(): boolean {
    return this.#congestion.is();
  }

  /** How many who ask now would be let in or may wait. */
  room(): number {
    const { size, maxWaiting } = this.#options;
    const places = maxWaiting === undefined ? Infinity : maxWaiting();
    return Math.max(0, size() - this.#active) + places - this.#waiting.size;
  }

  /** Counts one as refused; to be called for who was turned away before it asked, too. */
  turnAway(): void {
    this.#refused++;
    this.#congestion.refused();
  }

  /** Gives free permits to those who wait; to be called when `size` has grown. Fewer permits than are out: none is taken back. */
  grant(): void {
    for (const enter of this.#waiting.values()) {
      if (this.#active >= this.#options.size()) return;
      this.#active++;
      enter();
    }
  }

  async #acquire(whenGone: WhenGone | undefined): Promise<void> {
    const { size, maxWaiting, what } = this.#options;
    const waiting = this.#waiting.size;
    if (this.#active < size() && waiting === 0) {
      this.#active++;
      this.#congestion.waited(0);
    } else if (maxWaiting === undefined || waiting < maxWaiting()) await this.#wait(whenGone);
    else {
      this.turnAway();
      throw new ProblemError('overloaded', `${what} is busy: ${waiting} wait already`);
    }
    this.#granted++;
  }

  /** Resolves with the permit already counted as active: nobody can slip in between. */
  #wait(whenGone: WhenGone | undefined): Promise<void> {
    const { what, timeoutMs } = this.#options;
    const since = performance.now();
    const number = ++this.#drawn;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (!this.#waiting.delete(number)) return;
        clearTimeout(timer);
        stop?.();
        this.#waitedMs += performance.now() - since;
      };
      const enter = (): void => {
        leave();
        this.#congestion.waited(performance.now() - since);
        resolve();
      };
      const gone = (): void => {
        leave();
        reject(new ProblemError('overloaded', `left the queue for ${what}`));
      };
      const timer = setTimeout(() => {
        leave();
        this.turnAway();
        reject(new ProblemError('overloaded', `${what} is busy: no permit within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(number, enter);
      const stop = whenGone?.(gone);
    });
  }
}

/** A wait that does no harm, and how long congestion is believed in beyond an interval in which nobody gets a permit, in ms. */
const HARMLESS_MS = 50;
const BELIEVED_MS = 1000;
const INTERVAL_MS = 100;

/**
 * Tells a standing queue from a burst, after CoDel (RFC 8289): congested is whoever has served nobody without a harmful
 * wait for an interval. That ends with one that does no harm once nobody has been refused for an interval (a queue kept
 * short makes waits short, and is empty for a moment when clients pause); or when nobody has come for a while.
 */
function createCongestion(intervalMs: number) {
  let congested = false;
  /** Since when each wait has done harm. */
  let harmfulSince = Infinity;
  let servedAt = -Infinity;
  let refusedAt = -Infinity;
  const isRecent = (now: number): boolean => now < servedAt + intervalMs + BELIEVED_MS;
  return {
    is: (): boolean => congested && isRecent(performance.now()),
    refused(): void {
      refusedAt = performance.now();
    },
    waited(ms: number): void {
      const now = performance.now();
      if (!isRecent(now) || ms <= HARMLESS_MS) {
        harmfulSince = Infinity;
        if (now - refusedAt > intervalMs) congested = false;
      }
      if (ms > HARMLESS_MS) harmfulSince = Math.min(harmfulSince, now);
      if (now - harmfulSince > intervalMs) congested = true;
      servedAt = now;
    },
  };
}
