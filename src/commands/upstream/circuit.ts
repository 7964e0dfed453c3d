import {
  closedBreaker,
  nextBreaker,
  shareOf,
  type BreakerInput,
  type BreakerRules,
  type BreakerState,
} from '../../domain/upstream/breaker.ts';
import type { OutageStarted } from '../../domain/upstream/outage.ts';
import { createErrorRate } from './error-rate.ts';
import type { UpstreamError } from './upstream-error.ts';

/** What an operator may say of the upstream: leave it to the breaker, never call, always call. */
export type BreakerSetting = 'auto' | 'open' | 'closed';

/** What was seen when this process stopped calling. */
export type Noticed = Omit<OutageStarted, 'provider'>;

interface CircuitParts {
  readonly setting: () => BreakerSetting;
  readonly rules: BreakerRules;
  /** In ms; need not be the time of day. */
  readonly now: () => number;
  /** This process has stopped calling for a reason it saw itself. */
  readonly onNoticed: (noticed: Noticed) => void;
}

type HeldListener = (held: boolean) => void;

/**
 * Whether this process may call the upstream: first what the operator says, then the breaker. The view is the process's
 * own; what all processes share is in the log (`episodes.ts`).
 */
export class Circuit {
  readonly #parts: CircuitParts;
  readonly #errorRate;
  readonly #listeners = new Set<HeldListener>();
  #state: BreakerState = closedBreaker;
  #told = false;

  constructor(parts: CircuitParts) {
    this.#parts = parts;
    this.#errorRate = createErrorRate(parts.now);
  }

  get setting(): BreakerSetting {
    return this.#parts.setting();
  }

  get phase(): BreakerState['phase'] | 'probing' {
    return this.#state.phase === 'open' && this.#state.goodProbes > 0 ? 'probing' : this.#state.phase;
  }

  /** Nothing but probes may be called. */
  held(): boolean {
    return this.setting === 'auto' ? shareOf(this.#state) === 0 : this.setting === 'open';
  }

  /** The part of the budget that may be used: 0 while held, less than 1 on the ramp. */
  share(): number {
    this.tick();
    if (this.held()) return 0;
    return this.setting === 'auto' ? shareOf(this.#state) : 1;
  }

  /** Of the calls of the last ten seconds, the share that failed; 1 while held, so that what comes after begins slowly. */
  errorRatio(): number {
    const { calls, failures } = this.#errorRate.counts();
    return this.held() ? 1 : failures / Math.max(calls, 1);
  }

  /** An ordinary call ended: well, or with this error. What is ignored, or not there yet, is not counted. */
  ended(error?: UpstreamError): void {
    // While an operator decides, nothing that is counted would be acted on.
    if (this.setting !== 'auto') return;
    if (error?.class === 'outage' || error?.class === 'our-fault') this.#failed(error);
    else if (error === undefined) {
      this.#errorRate.record(true);
      this.#apply({ type: 'call', good: true, at: this.#parts.now() });
    }
  }

  probed(good: boolean): void {
    this.#apply({ type: 'probe', good, at: this.#parts.now() });
  }

  /** The upstream is held, says another process or an operator. */
  trip(): void {
    this.#apply({ type: 'trip' });
  }

  /** The upstream is back, says another process or an operator. */
  release(): void {
    this.#apply({ type: 'release' });
  }

  /** Looks at the clock and at the operator's setting. */
  tick(): void {
    this.#apply({ type: 'tick', at: this.#parts.now() });
  }

  /** Tells a listener now if it is held, and whenever that has changed. Returns how to stop listening. */
  onHeld(listener: HeldListener): () => void {
    this.#listeners.add(listener);
    if (this.#told) listener(true);
    return () => void this.#listeners.delete(listener);
  }

  #failed(error: UpstreamError): void {
    const tooMany = this.#errorRate.record(false);
    const counts = this.#errorRate.counts();
    const before = this.#state.phase;
    this.#apply({ type: 'call', good: false, at: this.#parts.now() });
    if (tooMany || error.class === 'our-fault') this.trip();
    if (this.#state.phase !== 'open' || before === 'open') return;
    const cause = error.class === 'our-fault' ? 'our-fault' : 'failures';
    this.#parts.onNoticed({ cause, evidence: { code: error.code, endpoint: error.endpoint }, ...counts });
  }

  #apply(input: BreakerInput): void {
    const before = this.#state.phase;
    this.#state = nextBreaker(this.#state, input, this.#parts.rules);
    if (this.#state.phase === 'open' && before !== 'open') this.#errorRate.reset();
    if (this.held() === this.#told) return;
    this.#told = !this.#told;
    for (const listener of this.#listeners) listener(this.#told);
  }
}
