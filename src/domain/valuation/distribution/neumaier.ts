import { at } from './vector.ts';

/**
 * Compensated (Neumaier) summation: the error does not grow with the number of terms.
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
 */

/** The sum of `values`. O(n). */
export function neumaierSum(values: Iterable<number>): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** Running sums: result[i] = values[0] + … + values[i]. O(n). */
export function neumaierRunningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length);
  let sum = 0;
  let lost = 0;
  for (let index = 0; index < values.length; index++) {
    const value = at(values, index);
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
    sums[index] = sum + lost;
  }
  return sums;
}
