/** What live traffic feels of a run. */
export interface Signals {
  /** 99th percentile of what reads wait for the database, in ms; `undefined`: not known. */
  readonly readP99Ms: number | undefined;
  /** Share of the calls of the game API that fail, 0 … 1. */
  readonly upstreamErrorRatio: number;
}

/** Reads should not wait longer, in ms. */
const READ_P99_MS = 250;
/** More errors than this slow a run down; more than that stop it. */
const ERRORS = { many: 0.05, outage: 0.5 } as const;
const SLOWEST = 1;
/** Parts of the highest rate: where a run begins, and what it gains in a second. */
const FIRST_PART = 1 / 4;
const STEP_PART = 1 / 20;
/** What is left of the highest rate however live traffic suffers, short of an outage. */
const LAST_PART = 1 / 50;

/** So many calls fail that none is worth making. */
export function isOutage({ upstreamErrorRatio }: Signals): boolean {
  return upstreamErrorRatio >= ERRORS.outage;
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
    const { readP99Ms, upstreamErrorRatio } = signals;
    const most = this.#perSecond();
    const suffering = (readP99Ms ?? 0) > READ_P99_MS || upstreamErrorRatio >= ERRORS.many;
    if (isOutage(signals)) this.#rate = 0;
    else if (suffering) this.#rate = Math.max(Math.min(most, Math.max(SLOWEST, most * LAST_PART)), this.rate / 2);
    else this.#rate = Math.min(most, this.rate + Math.max(SLOWEST, most * STEP_PART));
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
