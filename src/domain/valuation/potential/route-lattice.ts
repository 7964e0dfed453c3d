import { NO_MASS } from '../distribution/atoms.ts';
import type { Route, RouteStage } from './route.ts';

/**
 * Probabilities that a route costs exactly 0, 1, … `cells` − 1 units, where every price is a whole number of units:
 * exact, because a stage is a linear recurrence. O(stages × cells).
 */
export function routeMasses(route: Route, unit: number, cells: number): Float64Array {
  // Two tables for all stages: a table may be megabytes.
  const after = new Float64Array(cells);
  const run = new Float64Array(cells);
  after[0] = 1;
  run[0] = 1;
  for (const stage of route.toReversed()) {
    const price = Math.round(stage.price / unit);
    if (stage.sameResult) {
      countedRest(stage.success, stage.sameResult.series, { price, into: after });
      run.set(after);
      shift(run, price);
    } else {
      stageRun(stage, after, { price, into: run });
      orDone(stage.success, run, after);
    }
  }
  return run;
}

/** The largest unit that all prices are whole multiples of; `undefined` for prices that have no such unit. */
export function commonUnit(route: Route): number | undefined {
  const prices = [...new Set(route.map(({ price }) => price))];
  const [first = 0, ...rest] = prices;
  if (rest.length === 0) return first;
  if (!prices.every(Number.isSafeInteger)) return undefined;
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return rest.reduce(gcd, first);
}

/** success at no cost, or else the run. */
function orDone(success: number, run: Float64Array, masses: Float64Array): void {
  for (let n = 0; n < run.length; n++) masses[n] = (1 - success) * (run[n] as number);
  masses[0] = success + (masses[0] as number);
}

function shift(masses: Float64Array, by: number): void {
  masses.copyWithin(by, 0);
  masses.fill(0, 0, by);
}

interface Target {
  /** Cells. */
  readonly price: number;
  readonly into: Float64Array;
}

/** The recurrence of `stageRun` in route-transform.ts, with w a shift by the price. */
function stageRun({ tierUp, success }: RouteStage, next: Float64Array, { price, into: sums }: Target): void {
  const t = tierUp?.probability ?? 0;
  const most = tierUp?.most ?? Infinity;
  const again = (1 - t) * (1 - success);
  const cells = next.length;
  // Beyond the table everything is as if there were no guarantee.
  const lag = Math.min(cells, (most - 1) * price);
  const tail = lag === cells ? 0 : again ** (most - 1);
  for (let n = 0; n < cells; n++) sums[n] = t * (next[n] as number);
  sums[0] = (sums[0] as number) + (1 - t) * success;
  for (let n = cells - 1; n >= lag; n--) sums[n] = (sums[n] as number) - tail * (sums[n - lag] as number);
  for (let n = price; n < cells; n++) {
    const mass = (sums[n] as number) + again * (sums[n - price] as number);
    // What a cancelled sum leaves shrinks for ever.
    sums[n] = Math.abs(mass) < NO_MASS ? 0 : mass;
  }
  shift(sums, price);
  for (let n = lag + price; n < cells; n++) sums[n] = (sums[n] as number) + tail * (next[n - lag - price] as number);
}

/** x_0 = p, x_n = Σ_j c_j x_(n−j): the coefficients of p/(1 − W). */
function countedRest(success: number, series: Float64Array, { price, into: masses }: Target): void {
  masses.fill(0);
  masses[0] = success;
  for (let n = price; n < masses.length; n += price) {
    let mass = 0;
    for (let j = 1; j <= series.length && n >= j * price; j++)
      mass += (series[j - 1] as number) * (masses[n - j * price] as number);
    masses[n] = mass;
  }
}
