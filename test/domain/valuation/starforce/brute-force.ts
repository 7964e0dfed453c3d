import { attemptCost, attemptOdds } from '../../../../src/domain/valuation/starforce/attempt.ts';
import type { StarForceProblem } from '../../../../src/domain/valuation/starforce/problem.ts';

/** A star and drops in a row, or the goal. */
interface Situation {
  /** Whole units. */
  readonly price: number;
  /** By amount paid, in a ring: the chance to be here. */
  readonly chances: Float64Array;
  readonly ways: { readonly to: Situation; readonly probability: number }[];
}

/**
 * The largest amount in mesos that every attempt costs a whole number of, and the probabilities that all is done for
 * exactly 0, 1, … times as much, until they sum to `upTo`: every star, drops in a row and amount one by one. Spare copies
 * are free, nothing is protected or restored.
 */
export function bruteForce(problem: StarForceProblem, upTo: number): { unit: number; masses: number[] } {
  const { rules, itemLevel, to } = problem;
  const costs = Array.from({ length: to }, (_, star) =>
    attemptCost(rules, { star, itemLevel, safeguarded: false }, problem),
  );
  // Discounts are whole percents, events tenths.
  const unit = costs.map((cost) => Math.round(cost * 1000)).reduce(commonDivisor) / 1000;
  const prices = costs.map((cost) => Math.round(cost / unit));
  const { goal, others, start } = situationsOf(problem, prices);
  const ring = goal.chances.length;
  const masses: number[] = [];
  start.chances[0] = 1;
  for (let done = 0, paid = 0; done < upTo; paid++) {
    const place = paid % ring;
    masses.push(goal.chances[place]!);
    done += goal.chances[place]!;
    goal.chances[place] = 0;
    for (const { price, chances, ways } of others) {
      const chance = chances[place]!;
      if (chance === 0) continue;
      chances[place] = 0;
      for (const { to: next, probability } of ways) next.chances[(paid + price) % ring]! += chance * probability;
    }
  }
  return { unit, masses };
}

function situationsOf(problem: StarForceProblem, prices: readonly number[]) {
  const { rules, event, starCatch, from } = problem;
  const ring = Math.max(...prices) + 1;
  const situation = (price: number): Situation => ({ price, chances: new Float64Array(ring), ways: [] });
  const goal = situation(0);
  const stars = prices.map((price) => [situation(price), situation(price), situation(price)] as const);
  const at = (star: number, drops: number): Situation => stars[star]?.[rules.certainAfterTwoDrops ? drops : 0] ?? goal;
  for (const [star, [fresh, dropped, certain]] of stars.entries()) {
    const odds = attemptOdds(rules, star, { event, starCatch, safeguarded: false });
    const up = at(event.onePlus && star <= 10 ? star + 2 : star + 1, 0);
    certain.ways.push({ to: up, probability: 1 });
    for (const [drops, { ways }] of [fresh, dropped].entries()) {
      ways.push({ to: up, probability: odds.success }, { to: at(star, 0), probability: odds.maintain });
      if (odds.decrease > 0) ways.push({ to: at(star - 1, drops + 1), probability: odds.decrease });
      const after = rules.attempts[star]?.starAfterDestroy ?? star;
      if (odds.destroy > 0) ways.push({ to: at(after, 0), probability: odds.destroy });
    }
  }
  return { goal, others: stars.flat(), start: at(from, 0) };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
