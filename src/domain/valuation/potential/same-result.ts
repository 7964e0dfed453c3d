import { neumaierSum } from '../distribution/neumaier.ts';
import { capOf, cappedLine, classesOf, type Demand, EQUAL, type Roll } from './roll.ts';

/**
 * Rolls that are not counted because they show the very lines (in order) that the item already has.
 *
 * With P(r) the probability of a failing result r, a = P/(1 − P) and W(z) = Σ_r P z/(1 − P(1 − z)), the counted rolls
 * after the first have the generating function p/(1 − W(z)); W(z) = Σ_j (−1)^(j−1) Σ_r a^j z^j. So on average they are
 * (F − Σ_r P²)/(1 − F), F = 1 − p.
 */
export interface SameResult {
  /** Coefficients of W(z) at z¹, z², …; what is left out is below 1e-16. */
  readonly series: Float64Array;
  /** Exact mean and variance of the counted rolls after a first roll (which may itself meet the goal). */
  readonly mean: number;
  readonly variance: number;
}

/** Terms of the series below this cannot be seen beside its first one. */
const NO_TERM = 1e-18;

/**
 * `probability` is that of a roll that meets the demands, > 0. O(options³), some milliseconds: results that add the same
 * are not the same result, so this is plain enumeration over the texts.
 */
export function sameResult(roll: Roll, demands: readonly Demand[], probability: number): SameResult {
  const failing = failingResults(roll, demands);
  const ratios = failing.map((p) => p / (1 - p));
  const series: number[] = [];
  for (let powers = ratios, sum = 1; sum > NO_TERM; powers = powers.map((power, r) => power * (ratios[r] ?? 0))) {
    sum = neumaierSum(powers);
    series.push(series.length % 2 === 0 ? sum : -sum);
  }
  const mean = neumaierSum(failing.map((p) => p * (1 - p))) / probability;
  const curvature = neumaierSum(failing.map((p) => -2 * p * p * (1 - p)));
  return { series: Float64Array.from(series), mean, variance: mean * mean + mean + curvature / probability };
}

/** Probabilities of the ordered results that do not meet the demands. A text is one option, whatever its grade. */
function failingResults(roll: Roll, demands: readonly Demand[]): number[] {
  const texts = new Map<string, number>();
  const options = classesOf(roll.pools, (option) => {
    const text = texts.get(option.text) ?? texts.size;
    texts.set(option.text, text);
    return {
      gives: [...demands.map(({ contribution }) => contribution(option)), text],
      cap: capOf(option, roll.caps),
    };
  });
  const line2 = cappedLine(options, 1, roll.caps);
  const line3 = cappedLine(options, 2, roll.caps);
  const failing: number[] = [];
  for (const first of options)
    for (const [second, onLine2] of line2([first.cap])) {
      const missing = demands.map(
        ({ least }, key) => least - EQUAL - (first.gives[key] ?? 0) - (second.gives[key] ?? 0),
      );
      const soFar = first.chances[0] * onLine2;
      if (roll.lineCount === 3)
        for (const [third, onLine3] of line3([first.cap, second.cap]))
          failing.push(missing.some((value, key) => (third.gives[key] ?? 0) < value) ? soFar * onLine3 : 0);
      else failing.push(missing.some((value) => value > 0) ? soFar : 0);
    }
  return failing.filter((p) => p > 0);
}
