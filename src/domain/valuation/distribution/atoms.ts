import { neumaierSum } from './neumaier.ts';
import { at } from './vector.ts';

/** One exact value of a cost. */
export interface Atom {
  /** Mesos. */
  readonly cost: number;
  readonly probability: number;
}

/** The cheap end of a law, exactly: every atom below `completeBelow` mesos, ascending, no cost twice. */
export interface Atoms {
  readonly list: readonly Atom[];
  readonly completeBelow: number;
}

/** How many atoms a law lists at most. Further up none is heavy. */
export const MOST_ATOMS = 512;

/** Atoms lighter than this are left out: all of them together stay below the slack EQUAL. */
export const WEIGHTLESS = 1e-15;

/** Nothing that could ever be seen in a probability; to reckon with numbers that are much smaller still is very slow. */
export const NO_MASS = 1e-200;

/** How many pairs of atoms are looked at for a sum. */
const PAIRS = 1024;

/** From this probability on a single cost stands out among the others, and quantiles are to hit it exactly. */
export const HEAVY = 0.01;

/** Nothing known exactly. */
export const NO_ATOMS: Atoms = { list: [], completeBelow: 0 };

/** Slack for sums of probabilities that are meant to be equal to a given one, 0.1 + 0.2 ≥ 0.3. */
const EQUAL = 1e-12;

/** The listed atom at the smallest x with F(x) ≥ q; `undefined` when the list does not reach q. O(n). */
export function atomAtQuantile(atoms: Atoms, q: number): Atom | undefined {
  let sum = 0;
  return atoms.list.find(({ probability }) => (sum += probability) >= q - EQUAL);
}

/** F(x), or `undefined` when x lies beyond what is listed. O(n). */
export function atomChance(atoms: Atoms, x: number): number | undefined {
  if (x >= atoms.completeBelow) return undefined;
  return neumaierSum(atoms.list.filter(({ cost }) => cost <= x).map(({ probability }) => probability));
}

/** The largest listed probability; no atom of a sum is heavier than the heaviest of any of its parts. */
export function heaviest(atoms: Atoms): number {
  return atoms.list.reduce((most, { probability }) => Math.max(most, probability), 0);
}

/**
 * Atoms of the sum of two independent costs. The pair (i, j) costs no less than the (i + 1)(j + 1) pairs below it, so
 * only pairs with (i + 1)(j + 1) ≤ PAIRS are looked at, and the list is complete below the cheapest pair left out.
 * O(PAIRS log² PAIRS).
 */
export function addAtoms(a: Atoms, b: Atoms): Atoms {
  const lowest = ({ list, completeBelow }: Atoms): number => list[0]?.cost ?? completeBelow;
  let completeBelow = Math.min(a.completeBelow + lowest(b), b.completeBelow + lowest(a));
  const pairs: Atom[] = [];
  for (const [i, x] of a.list.entries()) {
    const few = Math.floor(PAIRS / (i + 1));
    for (const y of b.list.slice(0, few)) {
      const probability = x.probability * y.probability;
      if (probability > WEIGHTLESS) pairs.push({ cost: x.cost + y.cost, probability });
    }
    const leftOut = b.list[few];
    if (leftOut) completeBelow = Math.min(completeBelow, x.cost + leftOut.cost);
  }
  return joined(pairs, completeBelow);
}

/** The same atoms, held in a fifth of the memory and listed anew each time: for laws that are kept by the thousand. */
export function compactAtoms({ list, completeBelow }: Atoms): () => Atoms {
  const costs = Float64Array.from(list, ({ cost }) => cost);
  const probabilities = Float64Array.from(list, ({ probability }) => probability);
  return () => ({
    list: Array.from(costs, (cost, index) => ({ cost, probability: at(probabilities, index) })),
    completeBelow,
  });
}

/** The atoms moved up by `cost` mesos. */
export function shiftAtoms(atoms: Atoms, cost: number): Atoms {
  return {
    list: atoms.list.map((atom) => ({ cost: atom.cost + cost, probability: atom.probability })),
    completeBelow: atoms.completeBelow + cost,
  };
}

/** Sorted, equal costs joined, cut where the list is no longer complete or longer than allowed. */
function joined(pairs: Atom[], completeBelow: number): Atoms {
  pairs.sort((x, y) => x.cost - y.cost);
  const list: { cost: number; probability: number }[] = [];
  for (const pair of pairs) {
    const last = list.at(-1);
    if (pair.cost >= completeBelow) break;
    if (last && sameCost(last.cost, pair.cost)) last.probability += pair.probability;
    else if (list.length === MOST_ATOMS) return { list, completeBelow: pair.cost };
    else list.push({ ...pair });
  }
  return { list, completeBelow };
}

/** Payments added in another order are the same payment: equal up to rounding of doubles. */
export function sameCost(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}
