import { type Atoms, MOST_ATOMS } from './atoms.ts';
import type { CostLaw } from './law.ts';
import { neumaierRunningSums } from './neumaier.ts';
import { at } from './vector.ts';

/** A table without a geometric end reaches this many standard deviations beyond the mean: about 1e-13 is left. */
const DEVIATIONS = 30;

/** From the end of a table on, the tail shrinks by the same factor again and again. */
export interface Period {
  /** The first cell from which on that holds. */
  readonly from: number;
  /** Cells. */
  readonly length: number;
  /** P(cost > cell + length) / P(cost > cell). */
  readonly shrinks: number;
}

interface Table {
  /** Mesos: all costs are whole multiples of it. */
  readonly unit: number;
  /** Probabilities that the cost is exactly 0, 1, … units: all of them, or the cheap end. */
  readonly masses: () => Float64Array;
  /** What follows the table, where that is known. */
  readonly period?: Period | undefined;
}

/** Cells of `unit` mesos that hold practically all of the law. */
export function cellsOf({ mean, variance }: Pick<CostLaw, 'mean' | 'variance'>, unit: number): number {
  return Math.ceil((mean + DEVIATIONS * Math.sqrt(variance)) / unit) + 1;
}

/** `bare` with exact atoms, and exact quantiles and chances as far as its masses go; worked out when first asked for. */
export function withTable(bare: CostLaw, { unit, masses, period }: Table): CostLaw {
  let known: { masses: Float64Array; sums: Float64Array } | undefined;
  const table = () => {
    if (known !== undefined) return known;
    const worked = masses();
    return (known = { masses: worked, sums: neumaierRunningSums(worked) });
  };
  return {
    ...bare,
    atoms: () => atomsOf(table().masses, unit),
    quantile: (q) => {
      const n = quantileCell(table().sums, q, period);
      return n === undefined ? undefined : n * unit;
    },
    chance: (x) => chanceAt(table().sums, Math.floor(x / unit + 1e-9), period),
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
