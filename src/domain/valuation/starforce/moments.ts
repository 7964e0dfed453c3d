import { neumaierSum } from '../distribution/neumaier.ts';
import type { Chain, Step } from './chain.ts';

/** What is counted along the chain: mesos, attempts, destructions, spare copies. */
export interface Reward {
  readonly attempt: (step: Step) => number;
  readonly certain: (step: Step) => number;
  readonly destroy: (step: Step) => number;
}

export const mesos: Reward = {
  attempt: ({ cost }) => cost,
  certain: ({ certainCost }) => certainCost,
  destroy: ({ penalty }) => penalty,
};
export const attempts: Reward = { attempt: () => 1, certain: () => 1, destroy: () => 0 };
export const booms: Reward = { attempt: () => 0, certain: () => 0, destroy: () => 1 };
export const spares: Reward = { attempt: () => 0, certain: () => 0, destroy: (step) => step.spares };

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Reward of the passage from a star to the next one upwards, and of the same passage begun right after a drop. */
interface Passage extends Moments {
  readonly afterDrop: Moments;
}

/** One outcome of an attempt; `again`: the whole passage follows once more. */
interface Outcome {
  readonly probability: number;
  readonly extra: Moments;
  readonly again: boolean;
}

const NOTHING: Moments = { mean: 0, variance: 0 };

/**
 * Exact mean and variance of what is collected on each step of the path (from one star to the next, with everything that
 * drops and destruction cost in between), in the order of `chain.path`. Passages are independent, so both add up.
 *
 * First-step analysis: with X the reward of a passage, X = a + Y over the outcomes Y of one attempt; the variance by the
 * law of total variance, which never subtracts. O(stars), O(stars²) with destinations far below.
 */
export function momentsByStep(chain: Chain, reward: Reward): Moments[] {
  const passages: Passage[] = [];
  const lowest = chain.steps[0]?.star ?? 0;
  for (const step of chain.steps) {
    const climb = step.after === step.star ? [] : passages.slice(step.after - lowest);
    const fall = { mean: reward.destroy(step) + total(climb).mean, variance: total(climb).variance };
    const below = chain.steps[passages.length - 1];
    passages.push(passage(chain, step, { reward, fall, below, belowPassage: passages.at(-1) }));
  }
  return chain.path.map(({ star }) => passages[star - lowest] ?? NOTHING);
}

/** Mean and variance of a sum of independent parts. */
export function total(parts: readonly Moments[]): Moments {
  return {
    mean: neumaierSum(parts.map(({ mean }) => mean)),
    variance: neumaierSum(parts.map(({ variance }) => variance)),
  };
}

interface Surroundings {
  readonly reward: Reward;
  /** Destruction and the climb back. */
  readonly fall: Moments;
  readonly below: Step | undefined;
  readonly belowPassage: Passage | undefined;
}

function passage(chain: Chain, step: Step, { reward, fall, below, belowPassage }: Surroundings): Passage {
  // After a drop two stars may be gained at once (an event): then the passage is over.
  const back = below?.next === step.star;
  const outcomes = (drop: Moments): Outcome[] => [
    { probability: step.success, extra: NOTHING, again: false },
    { probability: step.maintain, extra: NOTHING, again: true },
    { probability: step.decrease, extra: drop, again: back },
    { probability: step.destroy, extra: fall, again: true },
  ];
  const own = reward.attempt(step);
  const first = outcomes(belowPassage?.afterDrop ?? NOTHING);
  const leaving = step.success + (back ? 0 : step.decrease);
  const mean = (own + expected(first, ({ extra }) => extra.mean)) / leaving;
  const spread = expected(
    first,
    ({ extra, again }) => extra.variance + (own + extra.mean + (again ? mean : 0) - mean) ** 2,
  );
  const whole = { mean, variance: spread / leaving };
  if (!chain.certainAfterTwoDrops) return { ...whole, afterDrop: whole };
  const second = outcomes({ mean: below ? reward.certain(below) : 0, variance: 0 });
  return { ...whole, afterDrop: once(own, second, whole) };
}

/** One attempt, then the whole passage where it starts again. */
function once(own: number, outcomes: readonly Outcome[], whole: Moments): Moments {
  const meanOf = ({ extra, again }: Outcome): number => own + extra.mean + (again ? whole.mean : 0);
  const mean = expected(outcomes, meanOf);
  const variance = expected(outcomes, (outcome) => {
    const inside = outcome.extra.variance + (outcome.again ? whole.variance : 0);
    return inside + (meanOf(outcome) - mean) ** 2;
  });
  return { mean, variance };
}

function expected(outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number {
  return neumaierSum(outcomes.map((outcome) => outcome.probability * of(outcome)));
}

/** P(the item is never destroyed): the chance that every passage of the path ends without destruction. O(stars). */
export function noBoomProbability(chain: Chain): number {
  const lowest = chain.steps[0]?.star ?? 0;
  const whole: number[] = [];
  let belowAfterDrop = 1;
  for (const [index, step] of chain.steps.entries()) {
    const { success, maintain, decrease, destroy } = step;
    const back = chain.steps[index - 1]?.next === step.star;
    const [leaving, staying] = back ? [0, decrease * belowAfterDrop] : [decrease * belowAfterDrop, 0];
    const chance = (success + leaving) / (success + destroy + decrease - staying);
    whole.push(chance);
    belowAfterDrop = chain.certainAfterTwoDrops ? success + maintain * chance + decrease * (back ? chance : 1) : chance;
  }
  return chain.path.reduce((product, { star }) => product * (whole[star - lowest] ?? 1), 1);
}
