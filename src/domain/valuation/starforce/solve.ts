import { none, type Solved, unsupported } from '../component.ts';
import type { CostLaw } from '../distribution/law.ts';
import { type Chain, chainOf } from './chain.ts';
import { joinedPaths } from './joined-paths.ts';
import { attempts, booms, mesos, momentsByStep, noBoomProbability, spares, total } from './moments.ts';
import { chainAtoms } from './paths.ts';
import { flawOf, type StarForceProblem, type Strategy } from './problem.ts';
import { lacksRestoreFee, strategyOf } from './strategy.ts';
import { chainTransform } from './transform.ts';

/** What a star force cost comes with: expected numbers, and what was done where. */
export interface StarForceFacts {
  readonly from: number;
  readonly to: number;
  readonly attempts: number;
  readonly booms: number;
  /** Spare copies consumed; each costs `sparePrice`. */
  readonly spares: number;
  /** P(the item is never destroyed). */
  readonly noBoomProbability: number;
  readonly strategy: Strategy;
}

/** Expected cost of getting from a star to the next for the first time, in mesos, and its part of the whole. */
export interface StarForceStep {
  readonly star: number;
  readonly mean: number;
  readonly share: number;
}

/**
 * The cost of enhancing an item from star to star as a law, by the absorbing Markov chain on stars and drops in a row
 * (exact mean, variance and counts; transform in O(stars) per frequency). Nothing to pay when the goal is not above
 * the start; `unsupported` for a level, star or amount that the rules do not know, and where restoring is asked for at a
 * level whose fee is unknown. Under `optimal` such a level is simply never restored.
 */
export function solveStarForce(problem: StarForceProblem): Solved<StarForceFacts> {
  const flaw = flawOf(problem);
  if (flaw !== undefined) return unsupported(flaw);
  const { from, to } = problem;
  if (to <= from) return none();
  const strategy = strategyOf(problem);
  if (lacksRestoreFee(problem, strategy)) return unsupported(`restore-fee-unknown: level ${problem.itemLevel}`);
  const chain = chainOf(problem, strategy);
  const meanOf = (reward: typeof mesos): number => total(momentsByStep(chain, reward)).mean;
  return {
    status: 'valued',
    law: lawOf(chain),
    facts: {
      ...{ from, to, strategy },
      attempts: meanOf(attempts),
      booms: meanOf(booms),
      spares: meanOf(spares),
      noBoomProbability: noBoomProbability(chain),
    },
  };
}

/** Where the expected cost arises: one entry per star passed, ascending. Empty when there is nothing to solve. */
export function starForceSteps(problem: StarForceProblem): StarForceStep[] {
  if (flawOf(problem) !== undefined || problem.to <= problem.from) return [];
  const chain = chainOf(problem, strategyOf(problem));
  const moments = momentsByStep(chain, mesos);
  const whole = total(moments).mean;
  return chain.path.map(({ star }, index) => {
    const mean = moments[index]?.mean ?? 0;
    return { star, mean, share: mean / whole };
  });
}

function lawOf(chain: Chain): CostLaw {
  return {
    ...total(momentsByStep(chain, mesos)),
    transform: (grid) => chainTransform(chain, grid),
    atoms: () => chainAtoms(chain),
    joined: (rung) => joinedPaths(chain, rung),
  };
}
