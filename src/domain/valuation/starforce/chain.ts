import { attemptCost, attemptOdds, type Odds, rowOf } from './attempt.ts';
import type { StarForceProblem, Strategy } from './problem.ts';
import type { StarForceRules } from './rules.ts';

/** An attempt at one star, everything decided. Money in mesos. */
export interface Step extends Odds {
  readonly star: number;
  readonly cost: number;
  /** Of an attempt that is certain after two drops: no surcharge. */
  readonly certainCost: number;
  /** Star reached by success. */
  readonly next: number;
  /** Star that a destroyed item goes on from; its own when it is restored. */
  readonly after: number;
  /** Paid on destruction: spare copies and the fee for restoring. */
  readonly penalty: number;
  readonly spares: number;
}

/**
 * The absorbing Markov chain of a problem: one step per star from the lowest that can be reached to the last before the
 * goal. A success never leads below or beside the next star upwards, so the chain falls apart into passages.
 */
export interface Chain {
  readonly steps: readonly Step[];
  /** The steps whose passages, one after the other, lead from the start to the goal. */
  readonly path: readonly Step[];
  readonly certainAfterTwoDrops: boolean;
}

const RESTORE_EVENT = 0.8;
const LAST_DOUBLE_STAR = 10;

/** The chain of a problem under a strategy. O(stars). */
export function chainOf(problem: StarForceProblem, strategy: Strategy): Chain {
  const { rules, from, to } = problem;
  const lowest = lowestStar(problem, strategy);
  const steps = Array.from({ length: to - lowest }, (_, index) => stepAt(problem, strategy, lowest + index));
  const path: Step[] = [];
  for (let star = from; star < to;) {
    const step = steps[star - lowest];
    if (!step) break;
    path.push(step);
    star = step.next;
  }
  return { steps, path, certainAfterTwoDrops: rules.certainAfterTwoDrops };
}

/** Whether the item can be destroyed at this star when it is not protected. */
export function isDangerous({ rules, event, starCatch }: StarForceProblem, star: number): boolean {
  return attemptOdds(rules, star, { event, starCatch, safeguarded: false }).destroy > 0;
}

/** What restoring at this star costs; `undefined` where the rules do not offer it or its fee is not known. */
export function restoreTerms(
  rules: StarForceRules,
  itemLevel: number,
  star: number,
): { readonly fee: number; readonly spares: number } | undefined {
  if (!rules.restore) return undefined;
  const index = star - rules.restore.fromStar;
  const fee = rules.restore.feeByLevel.get(itemLevel)?.[index];
  const spares = rules.restore.spares[index];
  return fee === undefined || spares === undefined ? undefined : { fee, spares };
}

function stepAt(problem: StarForceProblem, strategy: Strategy, star: number): Step {
  const { rules, itemLevel, event, starCatch, sparePrice } = problem;
  const safeguarded = strategy.safeguard.includes(star);
  const terms = strategy.restore.includes(star) ? restoreTerms(rules, itemLevel, star) : undefined;
  const spares = terms?.spares ?? 1;
  const fee = (terms?.fee ?? 0) * (event.restore20 ? RESTORE_EVENT : 1);
  const { success, maintain, decrease, destroy } = attemptOdds(rules, star, { event, starCatch, safeguarded });
  const certainCost = attemptCost(rules, { star, itemLevel, safeguarded: false }, problem);
  return {
    success,
    maintain,
    decrease,
    destroy,
    star,
    cost: safeguarded ? attemptCost(rules, { star, itemLevel, safeguarded }, problem) : certainCost,
    certainCost,
    next: event.onePlus && star <= LAST_DOUBLE_STAR ? star + 2 : star + 1,
    after: terms ? star : (rowOf(rules, star).starAfterDestroy ?? star),
    penalty: spares * sparePrice + fee,
    spares,
  };
}

/** Lowest star that can be reached: drops and destruction lead below the start, and from there further down. */
export function lowestStar(problem: StarForceProblem, { safeguard, restore }: Strategy): number {
  const { rules, itemLevel, from, to, event, starCatch } = problem;
  let lowest = from;
  for (let star = to - 1; star >= lowest; star--) {
    const odds = attemptOdds(rules, star, { event, starCatch, safeguarded: safeguard.includes(star) });
    const restored = restore.includes(star) && restoreTerms(rules, itemLevel, star) !== undefined;
    if (odds.decrease > 0) lowest = Math.min(lowest, star - 1);
    if (odds.destroy > 0 && !restored) lowest = Math.min(lowest, rowOf(rules, star).starAfterDestroy ?? star);
  }
  return lowest;
}
