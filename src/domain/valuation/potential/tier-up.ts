import { trialsFor } from '../distribution/law.ts';
import type { TierUpStep } from './rules.ts';

/** How often a step can fail before it is certain: after N failures (default), or with the N-th try itself. */
export type Guarantee = 'N+1' | 'N';

/** Tries until an item reaches the next grade. */
export interface TierUpTries {
  /** Per try, before the certain one. */
  readonly probability: number;
  /** The try that succeeds at the latest; `Infinity` without a guarantee. */
  readonly most: number;
}

/** Failures already banked shorten the way to the certain try; miracle time doubles the probability and nothing else. */
export function tierUpTries(
  step: TierUpStep,
  options: { readonly guarantee: Guarantee; readonly failuresSoFar: number; readonly miracleTime: boolean },
): TierUpTries {
  const { guaranteeAfter = Infinity } = step;
  const most = guaranteeAfter + (options.guarantee === 'N+1' ? 1 : 0) - options.failuresSoFar;
  return { probability: step.probability * (options.miracleTime ? 2 : 1), most: Math.max(1, most) };
}

/** Number of tries of one step: a geometric law cut at `most`. Mean (1 − (1 − p)^most)/p. */
export interface TriesSummary {
  readonly mean: number;
  readonly sd: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** `null`: no guarantee. */
  readonly most: number | null;
}

export function summariseTries(tries: TierUpTries): TriesSummary {
  const { probability: p, most } = tries;
  const logFail = Math.log1p(-p);
  const cut = most === Infinity ? 0 : Math.exp(most * logFail);
  const mean = (1 - cut) / p;
  // E[X(X + 1)] = Σ_{j<most} 2(j + 1)(1 − p)^j, in closed form.
  const rising = most === Infinity ? 2 / (p * p) : (2 * (1 - cut * (1 + most * p))) / (p * p);
  return {
    mean,
    sd: Math.sqrt(Math.max(0, rising - mean - mean * mean)),
    p50: triesQuantile(tries, 0.5),
    p90: triesQuantile(tries, 0.9),
    p99: triesQuantile(tries, 0.99),
    most: most === Infinity ? null : most,
  };
}

/** Smallest number of tries that is enough with chance ≥ q. */
export function triesQuantile({ probability, most }: TierUpTries, q: number): number {
  return Math.min(most, trialsFor(probability, q));
}
