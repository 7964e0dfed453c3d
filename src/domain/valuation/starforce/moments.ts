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

const NOTHING: Moments = { mean: 0, variance: 0 };
const NO_PASSAGE: Passage = { ...NOTHING, afterDrop: NOTHING };

/**
 * Exact mean and variance of what is collected on each step of the path (from one star to the next, with everything that
 * drops and destruction cost in between), in the order of `chain.path`. Passages are independent, so both add up.
 *
 * First-step analysis: with X the reward of a passage, X = a + Y over the outcomes Y of one attempt; the variance by the
 * law of total variance, which never subtracts. O(stars).
 */
export function momentsByStep(chain: Chain, reward: Reward): Moments[] {
  const passages: Passage[] = [];
  const lowest = chain.steps[0]?.star ?? 0;
  // Of all passages below a star together.
  const upTo: Moments[] = [NOTHING];
  for (const [index, step] of chain.steps.entries()) {
    const here = upTo[index] ?? NOTHING;
    const after = upTo[step.after - lowest] ?? NOTHING;
    const fall = {
      mean: reward.destroy(step) + (here.mean - after.mean),
      variance: here.variance - after.variance,
    };
    const below = chain.steps[index - 1];
    const next = passage(chain, step, { reward, fall, below, belowPassage: passages[index - 1] ?? NO_PASSAGE });
    passages.push(next);
    upTo.push({ mean: here.mean + next.mean, variance: here.variance + next.variance });
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
  readonly belowPassage: Passage;
}

function passage(chain: Chain, step: Step, { reward, fall, below, belowPassage }: Surroundings): Passage {
  const { success, maintain, decrease, destroy } = step;
  const own = reward.attempt(step);
  // After a drop two stars may be gained at once (an event): then the passage is over.
  const back = below?.next === step.star;
  const leaving = success + (back ? 0 : decrease);
  const drop = belowPassage.afterDrop;
  const mean = (own + decrease * drop.mean + destroy * fall.mean) / leaving;
  const variance =
    (success * (own - mean) ** 2 +
      maintain * own ** 2 +
      decrease * (drop.variance + (own + drop.mean - (back ? 0 : mean)) ** 2) +
      destroy * (fall.variance + (own + fall.mean) ** 2)) /
    leaving;
  const whole = { mean, variance };
  if (!chain.certainAfterTwoDrops || !below) return { mean, variance, afterDrop: whole };
  return { mean, variance, afterDrop: afterDrop(step, whole, { own, fall, certain: reward.certain(below), back }) };
}

/** One attempt after a drop, then the whole passage where it starts again; another drop makes the one below certain. */
function afterDrop(
  { success, maintain, decrease, destroy }: Step,
  whole: Moments,
  { own, fall, certain, back }: { own: number; fall: Moments; certain: number; back: boolean },
): Moments {
  const again = back ? whole : NOTHING;
  const mean = own + (maintain + destroy) * whole.mean + decrease * (certain + again.mean) + destroy * fall.mean;
  const variance =
    success * (own - mean) ** 2 +
    maintain * (whole.variance + (own + whole.mean - mean) ** 2) +
    decrease * (again.variance + (own + certain + again.mean - mean) ** 2) +
    destroy * (fall.variance + whole.variance + (own + fall.mean + whole.mean - mean) ** 2);
  return { mean, variance };
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
