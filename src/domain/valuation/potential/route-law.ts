import { type CostLaw, geometric } from '../distribution/law.ts';
import { cellsOf, type Period, withTable } from '../distribution/table.ts';
import { commonUnit, routeMasses } from './route-lattice.ts';
import { routeTransform } from './route-transform.ts';
import { type Route, routeMoments } from './route.ts';

/** Tables are not made longer than this; a law that would need more is wide enough to be smooth. */
const MOST_CELLS = 2 ** 18;

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
    transform: routeTransform(route),
  };
  const unit = commonUnit(route);
  if (unit === undefined) return bare;
  const period = geometricEnd(route, unit);
  const cells = period?.from ?? cellsOf(bare, unit);
  return cells > MOST_CELLS ? bare : withTable(bare, { unit, masses: () => routeMasses(route, unit, cells), period });
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
