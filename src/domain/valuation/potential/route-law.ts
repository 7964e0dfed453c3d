import { type Atoms, MOST_ATOMS } from '../distribution/atoms.ts';
import { chanceWithin, quantile } from '../distribution/distribution.ts';
import { type CostLaw, geometric } from '../distribution/law.ts';
import { neumaierRunningSums } from '../distribution/neumaier.ts';
import { at } from '../distribution/vector.ts';
import { commonUnit, routeMasses } from './route-lattice.ts';
import { routeTransform } from './route-transform.ts';
import { type Route, routeMoments } from './route.ts';

/** Tables are not made longer than this; a law that would need more is wide enough to be smooth. */
const MOST_CELLS = 2 ** 18;

/** A table without a geometric end reaches this many standard deviations beyond the mean: about 1e-13 is left. */
const DEVIATIONS = 30;

/**
 * The law of what a route costs: exact mean and variance, the transform in closed form and, where the prices have a
 * common unit, exact quantiles and chances from a table of masses.
 */
export function routeLaw(route: Route): CostLaw {
  const [only, ...others] = route;
  if (only !== undefined && others.length === 0 && only.tierUp === undefined && only.sameResult === undefined)
    return geometric(only.success, only.price);
  const bare: CostLaw = {
    ...routeMoments(route, { perRoll: ({ price }) => price }),
    transform: (grid) => routeTransform(route, grid),
  };
  const unit = commonUnit(route);
  if (unit === undefined) return bare;
  const period = geometricEnd(route, unit);
  const cells = period?.from ?? Math.ceil((bare.mean + DEVIATIONS * Math.sqrt(bare.variance)) / unit) + 1;
  return cells > MOST_CELLS ? bare : withTable(bare, { route, unit, cells, period });
}

interface Period {
  /** The first cell from which one more roll of the last stage shrinks the tail by `shrinks`. */
  readonly from: number;
  /** Cells per roll of the last stage. */
  readonly length: number;
  readonly shrinks: number;
}

/**
 * All stages but the last end by their guarantees; after that a route is rolls of one price and one chance, and
 * P(cost > x + price) = (1 − p)·P(cost > x). `undefined` where that is not so.
 */
function geometricEnd(route: Route, unit: number): Period | undefined {
  const last = route.at(-1);
  if (last === undefined || last.sameResult !== undefined) return undefined;
  const bounded = last.tierUp === undefined ? route.slice(0, -1) : route;
  const longest = bounded.reduce((sum, { price, tierUp }) => sum + price * (tierUp?.most ?? Infinity), 0);
  if (longest === Infinity) return undefined;
  const length = Math.round(last.price / unit);
  const shrinks = last.tierUp === undefined ? 1 - last.success : 0;
  return { from: Math.round(longest / unit) + length + 1, length, shrinks };
}

interface Table {
  readonly route: Route;
  readonly unit: number;
  readonly cells: number;
  readonly period: Period | undefined;
}

/** `bare` with exact masses, worked out when first asked for. */
function withTable(bare: CostLaw, { route, unit, cells, period }: Table): CostLaw {
  let known: { masses: Float64Array; sums: Float64Array } | undefined;
  const table = () => {
    if (known !== undefined) return known;
    const masses = routeMasses(route, unit, cells);
    return (known = { masses, sums: neumaierRunningSums(masses) });
  };
  return {
    ...bare,
    atoms: () => atomsOf(table().masses, unit),
    quantile: (q) => {
      const n = quantileCell(table().sums, q, period);
      return n === undefined ? quantile(bare, q) : n * unit;
    },
    chance: (x) => chanceAt(table().sums, Math.floor(x / unit + 1e-9), period) ?? chanceWithin(bare, x),
  };
}

/** Sums of masses that are meant to be equal to a given probability may fall short of it by rounding. */
const EQUAL = 1e-13;

/** The first cell with F ≥ q: in the table, or in the period that the geometric end repeats. */
function quantileCell(sums: Float64Array, q: number, period: Period | undefined): number | undefined {
  const n = firstAtLeast(sums, q - EQUAL);
  if (n < sums.length || period === undefined) return n < sums.length ? n : undefined;
  const end = 1 - at(sums, sums.length - 1);
  const repeats = Math.max(0, Math.ceil(Math.log((1 - q + EQUAL) / end) / Math.log(period.shrinks)));
  const wanted = 1 - (1 - q + EQUAL) / period.shrinks ** repeats;
  return Math.min(firstAtLeast(sums, wanted), sums.length - 1) + repeats * period.length;
}

/** F at a cell, `undefined` beyond a table without a geometric end. */
function chanceAt(sums: Float64Array, cell: number, period: Period | undefined): number | undefined {
  if (cell < 0) return 0;
  if (cell < sums.length) return Math.min(1, at(sums, cell));
  if (period === undefined) return undefined;
  const repeats = Math.ceil((cell - sums.length + 1) / period.length);
  const tail = 1 - at(sums, cell - repeats * period.length);
  return 1 - Math.max(0, tail) * period.shrinks ** repeats;
}

/** Index of the first running sum that reaches `q`; the length when none does. Sums ascend up to rounding. */
function firstAtLeast(sums: Float64Array, q: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(sums, middle) >= q) high = middle;
    else low = middle + 1;
  }
  return low;
}

function atomsOf(masses: Float64Array, unit: number): Atoms {
  const list: { cost: number; probability: number }[] = [];
  for (let n = 0; n < masses.length; n++) {
    const probability = at(masses, n);
    // What is left of a cancelled sum is no atom.
    if (probability < 1e-15) continue;
    if (list.length === MOST_ATOMS) return { list, completeBelow: n * unit };
    list.push({ cost: n * unit, probability });
  }
  return { list, completeBelow: masses.length * unit };
}
