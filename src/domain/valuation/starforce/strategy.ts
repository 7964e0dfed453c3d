import { chainOf, isDangerous, lowestStar, restoreTerms } from './chain.ts';
import { mesos, momentsByStep, total } from './moments.ts';
import type { StarForceProblem, Strategy } from './problem.ts';

/** A saving smaller than this part of the cost is rounding, not a reason to do more than nothing. */
const WORTHWHILE = 1e-12;

/** The stars that the problem's options, or the search for the lowest mean cost, put under safeguard and restore. */
export function strategyOf(problem: StarForceProblem): Strategy {
  const given = givenStrategy(problem);
  if (problem.safeguard !== 'optimal' && problem.restore !== 'optimal') return given;
  const drops = problem.rules.attempts.some(({ decrease }) => decrease > 0);
  return tidy(problem, drops ? bestOfAll(problem, given) : bestByStar(problem, given));
}

/** Whether the options ask to restore where the item can be destroyed, and the fee of its level is not known. */
export function lacksRestoreFee(problem: StarForceProblem, { safeguard }: Strategy): boolean {
  const { rules, itemLevel, restore } = problem;
  if (!rules.restore || rules.restore.feeByLevel.has(itemLevel) || restore === 'optimal') return false;
  return dangerousStars(problem).some(
    (star) => restore.includes(star) && !safeguard.includes(star) && isOffered(problem, star),
  );
}

function givenStrategy(problem: StarForceProblem): Strategy {
  const { safeguard, restore } = problem;
  return tidy(problem, {
    safeguard: safeguard === 'optimal' ? [] : safeguard,
    restore: restore === 'optimal' ? [] : restore,
  });
}

/** Only what the rules offer and what matters: dangerous stars on the way; nothing to restore where protected. */
function tidy(problem: StarForceProblem, { safeguard, restore }: Strategy): Strategy {
  if (safeguard.length === 0 && restore.length === 0) return { safeguard, restore };
  const guarded = protectable(problem).filter((star) => safeguard.includes(star));
  const restored = dangerousStars(problem).filter(
    (star) => restore.includes(star) && !guarded.includes(star) && isRestorable(problem, star),
  );
  const lowest = lowestStar(problem, { safeguard: guarded, restore: restored });
  const matters = (star: number): boolean => star >= lowest;
  return { safeguard: guarded.filter(matters), restore: restored.filter(matters) };
}

/**
 * Rules without drops: the passage of a star depends on the choices there and below only, and is the dearer the dearer
 * those below are. So the best choice star by star, upwards, is the best strategy of all. O(stars²).
 */
function bestByStar(problem: StarForceProblem, given: Strategy): Strategy {
  let best = given;
  for (const star of dangerousStars(problem)) {
    const here = { ...problem, from: star, to: star + 1 };
    const choices = choicesAt(problem, star, best);
    best = cheapest(here, choices);
  }
  return best;
}

/** What can be done at a star, nothing first. */
function choicesAt(problem: StarForceProblem, star: number, { safeguard, restore }: Strategy): Strategy[] {
  const guards = problem.safeguard === 'optimal' && protectable(problem).includes(star) ? [false, true] : [false];
  const restores = problem.restore === 'optimal' && isRestorable(problem, star) ? [false, true] : [false];
  return guards.flatMap((guard) =>
    restores
      .filter((restored) => !(guard && restored))
      .map((restored) => ({
        safeguard: guard ? [...safeguard, star] : safeguard,
        restore: restored ? [...restore, star] : restore,
      })),
  );
}

/** Rules with drops (none of them restores): every set of protected stars, of which there are at most five. */
function bestOfAll(problem: StarForceProblem, given: Strategy): Strategy {
  if (problem.safeguard !== 'optimal') return given;
  const subsets = protectable(problem).reduce<number[][]>(
    (sets, star) => [...sets, ...sets.map((set) => [...set, star])],
    [[]],
  );
  return cheapest(
    problem,
    subsets.map((safeguard) => ({ ...given, safeguard })),
  );
}

/** The strategy of the lowest mean cost; of equal ones the first. */
function cheapest(problem: StarForceProblem, strategies: readonly Strategy[]): Strategy {
  let best: { strategy: Strategy; mean: number } | undefined;
  for (const strategy of strategies) {
    const { mean } = total(momentsByStep(chainOf(problem, strategy), mesos));
    if (!best || mean < best.mean * (1 - WORTHWHILE)) best = { strategy, mean };
  }
  return best?.strategy ?? { safeguard: [], restore: [] };
}

/** Stars that may have to be passed and where the item can be destroyed. */
function dangerousStars(problem: StarForceProblem): number[] {
  const lowest = lowestStar(problem, { safeguard: [], restore: [] });
  const stars = Array.from({ length: problem.to - lowest }, (_, index) => lowest + index);
  return stars.filter((star) => isDangerous(problem, star));
}

function protectable(problem: StarForceProblem): number[] {
  const { fromStar, toStar } = problem.rules.safeguard;
  return dangerousStars(problem).filter((star) => star >= fromStar && star <= toStar);
}

function isRestorable({ rules, itemLevel }: StarForceProblem, star: number): boolean {
  return restoreTerms(rules, itemLevel, star) !== undefined;
}

/** Whether the rules offer to restore at this star, whatever the item's level. */
function isOffered({ rules }: StarForceProblem, star: number): boolean {
  return rules.restore !== undefined && rules.restore.spares[star - rules.restore.fromStar] !== undefined;
}
