import { addAtoms, type Atoms, heaviest, HEAVY, NO_ATOMS, shiftAtoms } from './atoms.ts';
import type { Grid } from './grid.ts';
import { constant, type CostLaw, type Steps } from './law.ts';
import { neumaierSum } from './neumaier.ts';
import { cellsOf, withTable } from './table.ts';
import { borrowing, type ComplexVector, filled, isBelow, multiplyInto, power } from './vector.ts';

/** Steps of one price that a sum counts exactly. Beyond them a step is too small, beside what is below it, to be missed. */
const MOST_STEPS = 2 ** 14;

/**
 * The law of a sum of independent costs: means and variances add, transforms multiply. The same law object given
 * several times counts as that many independent copies. An empty sum is the certain cost 0.
 * A transform costs one per distinct law. Where all laws step by one price, so does the sum, and its cheap end is exact.
 */
export function sum(laws: readonly CostLaw[]): CostLaw {
  const certain = neumaierSum(laws.filter(isCertain).map((law) => law.mean));
  const copies = new Map<CostLaw, number>();
  for (const law of laws) if (!isCertain(law)) copies.set(law, (copies.get(law) ?? 0) + 1);
  const [first] = copies.keys();
  if (!first) return constant(certain);
  if (copies.size === 1 && copies.get(first) === 1) return certain === 0 ? first : shifted(first, certain);
  const summed: CostLaw = {
    mean: total(copies, (law) => law.mean),
    variance: total(copies, (law) => law.variance),
    transform: (grid) => product(copies, grid),
    staysBelow: (limit, grid) => staysBelow(copies, limit, grid),
    atoms: () => atomsOfSum(copies),
  };
  const steps = stepsOfSum(copies);
  const exact = steps === undefined ? summed : stepped(summed, steps);
  return certain === 0 ? exact : shifted(exact, certain);
}

/** The steps that all laws share; `undefined` where some have none or another price. */
function stepsOfSum(copies: ReadonlyMap<CostLaw, number>): Steps | undefined {
  const each = Array.from(copies, ([{ steps }, count]) => ({ steps, count }));
  const price = each[0]?.steps?.price;
  if (price === undefined || each.some(({ steps }) => steps?.price !== price)) return undefined;
  const addTo = (masses: Float64Array): void => {
    for (const { steps, count } of each) for (let copy = 0; copy < count; copy++) steps?.addTo(masses);
  };
  return { price, addTo };
}

function stepped(law: CostLaw, steps: Steps): CostLaw {
  const masses = (): Float64Array => {
    const result = new Float64Array(Math.min(MOST_STEPS, cellsOf(law, steps.price)));
    result[0] = 1;
    steps.addTo(result);
    return result;
  };
  return withTable({ ...law, steps }, { unit: steps.price, masses });
}

/** `law` and `cost` mesos that are certain. */
function shifted(law: CostLaw, cost: number): CostLaw {
  const { quantile, chance, staysBelow } = law;
  return {
    mean: law.mean + cost,
    variance: law.variance,
    transform: (grid) => {
      const moved = grid.pay(cost);
      multiplyInto(moved, law.transform(grid));
      return moved;
    },
    ...(staysBelow && { staysBelow }),
    atoms: () => shiftAtoms(law.atoms?.() ?? NO_ATOMS, cost),
    ...(quantile && { quantile: (q: number) => plus(quantile(q), cost) }),
    ...(chance && { chance: (x: number) => chance(x - cost) }),
  };
}

function plus(x: number | undefined, cost: number): number | undefined {
  return x === undefined ? undefined : x + cost;
}

function isCertain(law: CostLaw): boolean {
  return law.variance === 0;
}

function total(copies: ReadonlyMap<CostLaw, number>, of: (law: CostLaw) => number): number {
  return neumaierSum(Array.from(copies, ([law, count]) => count * of(law)));
}

function product(copies: ReadonlyMap<CostLaw, number>, grid: Grid): ComplexVector {
  const result = filled(grid.count, 1);
  for (const [law, count] of copies) {
    borrowing(() => multiplyInto(result, powerOf(law, count, grid)));
  }
  return result;
}

/** No law makes the product larger: it is enough that some do. Widest first. */
function staysBelow(copies: ReadonlyMap<CostLaw, number>, limit: number, grid: Grid): boolean {
  const widestFirst = Array.from(copies).toSorted(([a], [b]) => b.variance - a.variance);
  const result = filled(grid.count, 1);
  return widestFirst.some(([law, count]) => {
    borrowing(() => multiplyInto(result, powerOf(law, count, grid)));
    return isBelow(result, limit);
  });
}

function powerOf(law: CostLaw, count: number, grid: Grid): ComplexVector {
  const once = law.transform(grid);
  return count === 1 ? once : power(once, count);
}

function atomsOfSum(copies: ReadonlyMap<CostLaw, number>): Atoms {
  let result: Atoms = { list: [{ cost: 0, probability: 1 }], completeBelow: Infinity };
  for (const [law, count] of copies) {
    const own = law.atoms?.() ?? NO_ATOMS;
    if (heaviest(own) < HEAVY) return NO_ATOMS;
    for (let copy = 0; copy < count; copy++) {
      result = addAtoms(result, own);
      if (heaviest(result) < HEAVY) return NO_ATOMS;
    }
  }
  return result;
}
