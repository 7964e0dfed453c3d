import type { Grade } from '../../character/equipment.ts';
import type { SameResult } from './same-result.ts';
import type { TierUpTries } from './tier-up.ts';

/** What a reset of an item of one grade costs and can bring. */
export interface RouteStage {
  readonly grade: Grade;
  /** Mesos per roll. */
  readonly price: number;
  /** How rolls of this grade lead to the next one; `undefined` at the highest grade of the method. */
  readonly tierUp: TierUpTries | undefined;
  /**
   * Probability that a roll of this grade ends the route: 0 below the present grade, where climbing does not stop early.
   */
  readonly success: number;
  /** At a highest grade: rolls that repeat the present lines are not counted. */
  readonly sameResult?: SameResult;
}

/**
 * The rolls from the grade of the blank item to a state that is good enough. A roll costs the price of the grade it is
 * made at; with the tier-up probability it is already a roll of the next grade, else one of the same grade. After the
 * last stage nothing is left to pay (a goal that every roll meets has no stage of its own).
 */
export type Route = readonly RouteStage[];

/** Payments or counts along a route, each for one event. */
export interface Rewards {
  readonly perRoll: (stage: RouteStage) => number;
  readonly perTierUp?: number;
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Sum of a number of payments: first and second moment. */
interface RawMoments {
  readonly first: number;
  readonly second: number;
}

const nothing: RawMoments = { first: 0, second: 0 };

/**
 * Exact mean and variance of what is collected along a route, from E(g,k) = c + t·(after g+1) + (1 − t)(1 − p)·E(g,k+1)
 * and the same for the second moment; t = 1 at the try that the guarantee makes certain. O(sum of the guarantees).
 */
export function routeMoments(route: Route, rewards: Rewards): Moments {
  let after = nothing;
  let run = nothing;
  for (const stage of route.toReversed()) {
    const cost = rewards.perRoll(stage);
    if (stage.sameResult) {
      after = countedMoments(stage.sameResult, cost);
      run = shift(after, cost);
    } else {
      run = stageMoments(stage, cost, shift(after, rewards.perTierUp ?? 0));
      after = { first: (1 - stage.success) * run.first, second: (1 - stage.success) * run.second };
    }
  }
  return { mean: run.first, variance: Math.max(0, run.second - run.first * run.first) };
}

/** From the first roll at a stage; `next` is what follows the roll that brings the next grade. */
function stageMoments({ tierUp, success }: RouteStage, cost: number, next: RawMoments): RawMoments {
  const t = tierUp?.probability ?? 0;
  const again = (1 - t) * (1 - success);
  const most = tierUp?.most ?? Infinity;
  if (most === Infinity) {
    const first = (cost + t * next.first) / (1 - again);
    return { first, second: (2 * cost * first - cost * cost + t * next.second) / (1 - again) };
  }
  let state = shift(next, cost);
  for (let k = 1; k < most; k++) {
    const first = t * next.first + again * state.first;
    state = shift({ first, second: t * next.second + again * state.second }, cost);
  }
  return state;
}

function countedMoments({ mean, variance }: SameResult, cost: number): RawMoments {
  return { first: cost * mean, second: cost * cost * (variance + mean * mean) };
}

/** Moments of `cost` more. */
function shift({ first, second }: RawMoments, cost: number): RawMoments {
  return { first: first + cost, second: second + 2 * cost * first + cost * cost };
}
