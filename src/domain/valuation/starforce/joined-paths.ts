import { GRID_SIZE } from '../distribution/grid.ts';
import type { Joined } from '../distribution/law.ts';
import { at } from '../distribution/vector.ts';
import type { Chain, Step } from './chain.ts';
import { outcomes } from './paths.ts';

/** What is less probable in a cell is left out: all of it together stays below the slack of a quantile. */
const WEIGHTLESS = 1e-18;

const DROPS = [0, 1, 2] as const;

/** All moves between places, side by side. A place is a star with drops in a row; the last one is the goal. */
interface Moves {
  readonly places: number;
  readonly start: number;
  /** Those from a place are numbers first[place] … first[place + 1] − 1. */
  readonly first: readonly number[];
  readonly to: Int32Array;
  readonly probability: Float64Array;
  /** Cells. */
  readonly payment: Float64Array;
}

/**
 * All costs below 2^rung mesos: paths through the chain in ascending order of what was paid. Those that are at the same
 * place and have paid about the same (one cell) are joined and go on with their mean. No mass is split or spread: where
 * paths are few, costs and chances are exact, and F is flat where it is flat. `undefined` where attempts that can lead
 * down are too cheap beside a cell: there paths are many. O(GRID_SIZE · stars).
 */
export function joinedPaths(chain: Chain, rung: number): Joined | undefined {
  const cell = 2 ** rung / GRID_SIZE;
  if (chain.steps.some((step) => canFall(step) && step.certainCost < 2 * cell)) return undefined;
  const moves = movesOf(chain, cell);
  const situations = empty(GRID_SIZE * moves.places * 2);
  situations[2 * moves.start] = 1;
  for (let n = 0; n < GRID_SIZE; n++) moveOn(situations, n, moves);
  const masses = new Float64Array(GRID_SIZE);
  const costs = new Float64Array(GRID_SIZE);
  for (let n = 0; n < GRID_SIZE; n++) {
    const goal = 2 * ((n + 1) * moves.places - 1);
    const mass = at(situations, goal);
    masses[n] = mass;
    costs[n] = mass === 0 ? 0 : (at(situations, goal + 1) / mass) * cell;
  }
  return { masses, costs };
}

/** Attempts must not lead down within a cell, where the places below have moved on; two cells are safe from rounding. */
function canFall({ decrease, destroy }: Step): boolean {
  return decrease > 0 || destroy > 0;
}

/**
 * All that is in cell n moves on, as often as cheap attempts leave it there. By cell and place, `situations` holds two
 * numbers: the chance to come by, and that chance times the mean of what has been paid, in cells.
 */
function moveOn(situations: Float64Array, n: number, { places, first, to, probability, payment }: Moves): void {
  for (let place = 0; place < places - 1; place++) {
    const here = 2 * (n * places + place);
    const end = at(first, place + 1);
    for (let mass = at(situations, here); mass >= WEIGHTLESS; mass = at(situations, here)) {
      const mean = at(situations, here + 1) / mass;
      situations[here] = 0;
      situations[here + 1] = 0;
      for (let move = at(first, place); move < end; move++) {
        const paid = mean + at(payment, move);
        if (paid >= GRID_SIZE) continue;
        const part = mass * at(probability, move);
        const there = 2 * (Math.floor(paid) * places + at(to, move));
        situations[there] = at(situations, there) + part;
        situations[there + 1] = at(situations, there + 1) + part * paid;
      }
    }
  }
}

function movesOf(chain: Chain, cell: number): Moves {
  const lowest = chain.steps[0]?.star ?? 0;
  const drops = chain.certainAfterTwoDrops ? DROPS : DROPS.slice(0, 1);
  const goal = chain.steps.length * drops.length;
  const placeOf = (star: number, inARow: number): number => Math.min(goal, (star - lowest) * drops.length + inARow);
  const byPlace = chain.steps.flatMap(({ star }) =>
    drops.map((inARow) => {
      const situation = { cost: 0, star, drops: inARow, probability: 1 };
      return outcomes(chain, situation, lowest + chain.steps.length).filter(({ probability }) => probability > 0);
    }),
  );
  const first = [0];
  for (const moves of byPlace) first.push((first.at(-1) ?? 0) + moves.length);
  const all = byPlace.flat();
  return {
    ...{ places: goal + 1, start: placeOf(chain.path[0]?.star ?? lowest, 0), first },
    to: Int32Array.from(all, (move) => placeOf(move.star, move.drops)),
    probability: Float64Array.from(all, (move) => move.probability),
    payment: Float64Array.from(all, ({ cost }) => cost / cell),
  };
}

/** Used again: it is large. */
let scratch = new Float64Array();

function empty(length: number): Float64Array {
  if (scratch.length < length) scratch = new Float64Array(length);
  return scratch.fill(0, 0, length);
}
