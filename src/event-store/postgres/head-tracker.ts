import { Bell } from '../bell.ts';
import { START } from '../event-store.ts';
import type { Position } from '../event-store.ts';
import { moveSafeHead } from './safe-head.ts';
import type { Observation, SafeHead } from './safe-head.ts';
import { isTransient } from './transient.ts';
import type { WakeUp } from './wake-up.ts';

export interface HeadTrackerParts {
  /** One look at the log from a head on. */
  readonly observe: (head: Position) => Promise<Observation>;
  /** Rings when somebody has appended: a hint only, polling is behind it. */
  readonly wakeUp: Pick<WakeUp, 'appended' | 'listen'>;
}

/** How often the log is looked at when no wake-up comes, in ms. */
const POLL_MS = 250;
/** The same while a gap waits for the transactions that may still fill it: nobody announces their end. */
const GAP_POLL_MS = 20;

/** The one place of a process where gaps in the log are looked for. All reads stop at its safe head. */
export class HeadTracker {
  readonly #parts: HeadTrackerParts;
  readonly #looked = new Bell();
  #state: SafeHead = { head: START, waiting: undefined };
  #look: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  #waiting = 0;
  #polling = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: HeadTrackerParts) {
    this.#parts = parts;
  }

  /** The safe head as last seen. */
  get head(): Position {
    return this.#state.head;
  }

  /** Looks at the log now and answers with the safe head. Covers every append acknowledged before, gaps permitting. */
  async advance(): Promise<Position> {
    await this.#lookAgain();
    return this.head;
  }

  /** Resolves when the safe head is past `after`, or the signal aborts. Rides out a database that is away or busy. */
  async headPast(after: Position, signal: AbortSignal): Promise<void> {
    this.#waiting++;
    // Who leaves must be counted out, however: the polling ends with the last one.
    try {
      while (this.head <= after && !signal.aborted) {
        this.#poll();
        await this.#looked.rung(signal);
        if (this.#failure !== undefined) throw this.#failure.error;
      }
    } finally {
      this.#waiting--;
    }
  }

  /** Callers share looks, but none joins a look that had begun before it asked: that one may not see its append. */
  #lookAgain(): Promise<void> {
    if (this.#look === undefined) {
      this.#look = this.#observe().finally(() => (this.#look = undefined));
      return this.#look;
    }
    const start = () => {
      this.#nextLook = undefined;
      return this.#lookAgain();
    };
    return (this.#nextLook ??= this.#look.then(start, start));
  }

  async #observe(): Promise<void> {
    this.#state = moveSafeHead(this.#state, await this.#parts.observe(this.head));
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#pollWhileAwaited().finally(() => (this.#polling = false));
  }

  async #pollWhileAwaited(): Promise<void> {
    const { appended } = this.#parts.wakeUp;
    while (this.#waiting > 0) {
      this.#parts.wakeUp.listen();
      const rings = appended.rings;
      // A lost database is waited for; anything else is told to those who wait here.
      this.#failure = await this.#lookAgain().then(
        () => undefined,
        (error: unknown) => (isTransient(error) ? undefined : { error }),
      );
      this.#looked.ring();
      const timeout = this.#state.waiting === undefined ? POLL_MS : GAP_POLL_MS;
      if (appended.rings === rings) await appended.rung(undefined, timeout);
    }
  }
}
