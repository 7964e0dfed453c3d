import type { NormalisedItem, PotentialState } from '../character/equipment.ts';
import type { Assumptions } from './assumptions.ts';
import { solveBonusOptions } from './bonus-options/solve.ts';
import type { Solved } from './component.ts';
import { none, unsupported } from './component.ts';
import { remembered } from './distribution/remember.ts';
import type { Job } from './jobs.ts';
import type { Memo } from './memo.ts';
import { linesPerNineLevels } from './potential/goal.ts';
import type { PotentialKind, PotentialMethod } from './potential/rules.ts';
import { potentialMethods } from './potential/rules.ts';
import { routeLaw } from './potential/route-law.ts';
import type { Route } from './potential/route.ts';
import { solvePotential } from './potential/solve.ts';
import { lean } from './read-law.ts';
import type { RuleSet } from './rules.ts';
import type { SlotMechanics } from './slots.ts';
import { mechanicsOf } from './slots.ts';
import { grantedStars, isSuperior } from './special-items.ts';
import { starForceKey } from './starforce/problem.ts';
import { solveStarForce } from './starforce/solve.ts';
import type { Facts } from './valuation.ts';

export type SolvedComponents = { readonly [C in keyof Facts]: Solved<Facts[C]> };

export interface ItemContext {
  readonly ruleSet: RuleSet;
  readonly assumptions: Assumptions;
  /** `undefined`: a class we do not know. */
  readonly job: Job | undefined;
  readonly characterLevel: number;
  readonly memo: Memo;
}

/** Few stars and levels are common: their laws take part in many sums. Some for each window, 1 to 33 kB each. */
const KEPT_TRANSFORMS = 48;
const MAX_CHARACTER_LEVEL = 300;

/** What of a character's level matters to its items: lines count once for every nine levels. */
export function levelClass(characterLevel: number): number | 'invalid' {
  const valid = Number.isInteger(characterLevel) && characterLevel >= 1 && characterLevel <= MAX_CHARACTER_LEVEL;
  return valid ? linesPerNineLevels(characterLevel) : 'invalid';
}

/** The four components of an item: each valued, nothing to pay, or unsupported with the reason. Throws for no item. */
export function solveItem(item: NormalisedItem, context: ItemContext): SolvedComponents {
  if (item.specialRingLevel > 0) return all(none('seed-ring'));
  const mechanics = mechanicsOf(item.slot, item.part);
  if (mechanics === undefined) return all(unsupported(`unknown-slot: ${item.slot}`));
  return {
    starforce: starForceOf(item, mechanics, context),
    potential: potentialOf(item, 'main', mechanics, context),
    additionalPotential: potentialOf(item, 'additional', mechanics, context),
    bonusOptions: bonusOptionsOf(item, mechanics, context),
  };
}

function all(solved: Solved<never>): SolvedComponents {
  return { starforce: solved, potential: solved, additionalPotential: solved, bonusOptions: solved };
}

function starForceOf(
  { name, stars, level, starScroll }: NormalisedItem,
  { starforce }: SlotMechanics,
  { ruleSet, assumptions, memo }: ItemContext,
): Solved<Facts['starforce']> {
  if (stars === 0) return starforce === 'no' ? none('no-such-mechanic') : none();
  if (!Number.isInteger(stars) || stars < 0) return unsupported('invalid-stars');
  if (starforce === 'no') return unsupported('stars-in-this-slot');
  if (isSuperior(name)) return unsupported('superior-item');
  if (starScroll) return unsupported('star-scroll');
  const from = grantedStars(name);
  if (stars <= from) return none('granted');
  const { event, mvp, pcRoom, starCatch, safeguard, restore, sparePrice } = assumptions;
  const options = { event, mvp, pcRoom, starCatch, safeguard, restore, sparePrice };
  const problem = { ...options, rules: ruleSet.starforce, itemLevel: level, from, to: stars };
  return memo(`${starForceKey(problem)}/${ruleSet.tables}`, () => {
    const solved = solveStarForce(problem);
    return solved.status === 'valued' ? { ...solved, law: remembered(solved.law, KEPT_TRANSFORMS) } : solved;
  });
}

function potentialOf(
  item: NormalisedItem,
  kind: PotentialKind,
  { pool }: SlotMechanics,
  { ruleSet, assumptions, job, characterLevel, memo }: ItemContext,
): Solved<Facts['potential']> {
  const state = kind === 'main' ? item.potential : item.additionalPotential;
  if (isBlank(state)) return pool === undefined ? none('no-such-mechanic') : none();
  if (pool === undefined) return unsupported('potential-in-this-slot');
  if (ruleSet.potential === undefined) return unsupported('no-table');
  if (job === undefined) return unsupported('unknown-class');
  if (levelClass(characterLevel) === 'invalid') return unsupported('invalid-character-level');
  const { goal, guarantee, sameResultReroll, cubePrice, initialGrade: startGrade } = assumptions;
  const context = {
    ...{ rules: ruleSet.potential, kind, slot: pool, itemLevel: item.level, startGrade },
    ...{ goal, guarantee, sameResultReroll, cubePrice, failuresSoFar: 0, miracleTime: false },
    method: methodFor(kind, assumptions.method),
    wearer: { job, characterLevel },
    // Thousands of states have the same route.
    lawOf: (route: Route) => memo(`route/${JSON.stringify(route)}`, () => lean(routeLaw(route))),
    memo,
  };
  return solvePotential(state, context);
}

/** The method of the assumptions where it fits this kind of potential, else the meso reset. */
function methodFor(kind: PotentialKind, method: PotentialMethod): PotentialMethod {
  const fitting: readonly PotentialMethod[] = potentialMethods[kind];
  return fitting.includes(method) ? method : 'meso';
}

function isBlank({ sealed, lines }: PotentialState): boolean {
  return !sealed && lines.every((line) => line === null);
}

function bonusOptionsOf(
  item: NormalisedItem,
  { flame }: SlotMechanics,
  { ruleSet, assumptions, job }: ItemContext,
): Solved<Facts['bonusOptions']> {
  const blank = Object.values(item.bonusOptions).every((sum) => sum === 0);
  if (blank) return flame === undefined ? none('no-such-mechanic') : none();
  if (flame === undefined) return unsupported('bonus-options-in-this-slot');
  if (ruleSet.bonusOptions === undefined) return unsupported('no-table');
  return solveBonusOptions(item, flame, { rules: ruleSet.bonusOptions, job, assumptions });
}
