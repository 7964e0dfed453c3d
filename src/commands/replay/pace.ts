import { nextLimit, type Signals } from '../yielding/aimd.ts';

/** More errors than this stop a run. */
const OUTAGE = 0.5;
const SLOWEST = 1;
/** Of the highest rate: where a run begins. */
const FIRST_PART = 1 / 4;

/** So many calls fail that none is worth making. */
export function isOutage({ upstreamErrorRatio }: Signals): boolean {
  return upstreamErrorRatio >= OUTAGE;
}

/**
 * How many characters a run hands to the workers: at most `perSecond()`; half as many from one second to the next while
 * live traffic suffers, and a little more each second while it does not.
 */
export class Pace {
  readonly #perSecond: () => number;
  #rate: number | undefined;
  #saved = 0;
  #at: number;

  /** `at`: now, in ms; need not be the time of day. */
  constructor(perSecond: () => number, at: number) {
    this.#perSecond = perSecond;
    this.#at = at;
  }

  /** Characters per second now. */
  get rate(): number {
    const most = this.#perSecond();
    return Math.min(most, this.#rate ?? most * FIRST_PART);
  }

  /** Called about once a second. */
  adapt(signals: Signals): void {
    this.#rate = isOutage(signals) ? 0 : nextLimit(this.rate, this.#perSecond(), signals);
  }

  /** How many may be handed out at this moment, of those wanted. What is not wanted is saved for at most a second. */
  take(wanted: number, at: number): number {
    this.#saved = Math.min(this.#saved + (this.rate * (at - this.#at)) / 1000, Math.max(this.rate, SLOWEST));
    this.#at = at;
    const taken = Math.min(wanted, Math.floor(this.#saved));
    this.#saved -= taken;
    return taken;
  }
}
