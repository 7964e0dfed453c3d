import { HEAVY } from './atoms.ts';
import { invert, rungFor } from './inversion.ts';
import type { CostLaw, Joined } from './law.ts';
import { neumaierRunningSums } from './neumaier.ts';
import { at } from './vector.ts';
import type { Window } from './window.ts';

/** Sums of masses that are meant to be equal to a given probability may fall short of it by rounding. */
const EQUAL = 1e-12;

/** A law that is not smooth on the window `rung`: by its joined costs where it has them there, else by cells. */
export function steppedWindow(law: CostLaw, rung: number): Window {
  const on = (other: number): Window => steppedWindow(law, other);
  const joined = law.joined?.(rung);
  if (joined === undefined) return { ...invert(law, rung), on };
  const sums = neumaierRunningSums(joined.masses);
  return {
    rung,
    quantile: (q) => crossing(joined, { sums, q, cell: 2 ** rung / sums.length }),
    finerAt: () => undefined,
    rungFor: (x) => rungFor(rung, x),
    on,
  };
}

/** A heavy cell is its mean, the mass of a light one lies evenly around its mean, one cell broad: read like a density. */
function crossing({ masses, costs }: Joined, of: { sums: Float64Array; q: number; cell: number }): number | undefined {
  const { sums, q, cell } = of;
  let n = 0;
  while (n < sums.length && at(sums, n) < q - EQUAL) n++;
  if (n === sums.length) return undefined;
  const mass = at(masses, n);
  const part = mass < HEAVY ? Math.min(1, 1 - (at(sums, n) - q) / mass) : 0.5;
  return at(costs, n) + (part - 0.5) * cell;
}
