import { trialsFor } from './distribution/law.ts';

/** How many independent tries the first success takes, all else equal. Tries are whole; mean and sd are not rounded. */
export interface Trials {
  /** Of one try. */
  readonly probability: number;
  readonly mean: number;
  readonly sd: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/**
 * Tries of a geometric law: mean 1/p, sd √(1 − p)/p, quantile ⌈ln(1 − q)/ln(1 − p)⌉.
 * `probability` of one try in (0, 1].
 */
export function trialsOf(probability: number): Trials {
  const quantile = (q: number) => (probability === 1 ? 1 : trialsFor(probability, q));
  return {
    probability,
    mean: 1 / probability,
    sd: Math.sqrt(1 - probability) / probability,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
  };
}
