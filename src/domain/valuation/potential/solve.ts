import type { Grade, PotentialState } from '../../character/equipment.ts';
import { quantile } from '../distribution/distribution.ts';
import type { CostLaw } from '../distribution/law.ts';
import { none, type Solved, unsupported, type Unsupported } from '../component.ts';
import { type Memo, noMemo } from '../memo.ts';
import type { PoolSlot } from '../slots.ts';
import { type Trials, trialsOf } from '../trials.ts';
import { contributionTo, type Goal, type GoalKey, isGoalKey, type Wearer } from './goal.ts';
import { type RequirementContext, requirementOf } from './requirement.ts';
import { type Demand, rollProbability } from './roll.ts';
import { routeLaw } from './route-law.ts';
import { type Route, routeMoments, type RouteStage } from './route.ts';
import { bandOf, grades, mergedFiller, type MethodRules, type PotentialKind, type PotentialMethod } from './rules.ts';
import { type PotentialRules, resetPrice, rollPools } from './rules.ts';
import { sameResult } from './same-result.ts';
import { type Guarantee, summariseTries, tierUpTries, type TriesSummary } from './tier-up.ts';

/** Everything that decides what a goal costs. */
export interface PotentialProblem {
  readonly rules: PotentialRules;
  readonly kind: PotentialKind;
  readonly method: PotentialMethod;
  readonly slot: PoolSlot;
  readonly itemLevel: number;
  /** Where the item must arrive; `startGrade` is where it begins (the blank item's, not above `grade`). */
  readonly grade: Grade;
  readonly startGrade: Grade;
  readonly goal: Goal;
  readonly lineCount: 2 | 3;
  /** Needed for the key `S` only. */
  readonly wearer: Wearer | undefined;
  /** Failed tier-ups banked at `startGrade`. */
  readonly failuresSoFar: number;
  readonly guarantee: Guarantee;
  readonly miracleTime: boolean;
  readonly sameResultReroll: boolean;
  /** Mesos per try with a cube, everything included; `null`: not given. */
  readonly cubePrice: number | null;
  /** What a route costs; `routeLaw`, or a memo of it: many problems have one route. */
  readonly lawOf?: (route: Route) => CostLaw;
  /** Remembers the ways up: few, and thousands of problems have the same. */
  readonly memo?: Memo;
}

export interface TierUpFacts {
  readonly from: Grade;
  readonly to: Grade;
  /** Mean number of rolls, and mean mesos where the price is known. */
  readonly rolls: number;
  readonly cost: number | null;
  readonly steps: readonly { readonly from: Grade; readonly tries: TriesSummary }[];
}

export interface PotentialFacts {
  readonly method: PotentialMethod;
  readonly grade: Grade;
  readonly goal: Goal;
  /** One roll at `grade`, without tier-ups. */
  readonly trials: Trials;
  /** The way up to `grade`, where the item starts lower. */
  readonly tierUp?: TierUpFacts;
  /** Mean number of tier-ups, those on the way and those that resets bring afterwards. */
  readonly tierUps: number;
}

/** The assumptions that concern a potential's present state. */
export type StateContext = Omit<PotentialProblem, 'grade' | 'goal' | 'lineCount' | 'wearer'> & RequirementContext;

/**
 * What it costs to bring a blank item's potential to a state at least as good as `state`. Never zero and never NaN: what
 * needs no payment is `none`, what no table covers is `unsupported`. About a millisecond.
 */
export function solvePotential(state: PotentialState, context: StateContext): Solved<PotentialFacts> {
  const requirement = requirementOf(state, context);
  if (requirement.status !== 'required') return requirement;
  const { grade, goal, lineCount } = requirement;
  // A blank item of a better grade has nothing to climb; it rolls at the grade it has.
  const startGrade = rank(context.startGrade) > rank(grade) ? grade : context.startGrade;
  return solveGoal({ ...context, grade, startGrade, goal, lineCount });
}

/** What it costs to reach a goal given by hand. Trials come with an `unsupported` cost where only a price is missing. */
export function solveGoal(problem: PotentialProblem): Solved<PotentialFacts> {
  const { rules, kind, method, grade, startGrade, goal } = problem;
  const fault = faultOf(problem);
  if (fault !== undefined) return unsupported(fault);
  if (Object.keys(goal).length === 0 && startGrade === grade) return none('filler-only');
  const band = bandOf(rules, problem.itemLevel);
  if (band === undefined) return unsupported('no pool for level band');
  const methodRules = rules.methods[kind].get(method);
  if (methodRules === undefined) return unsupported('no-such-method');
  const demands = demandsOf(problem);
  if (demands === undefined) return unsupported('unknown-class');
  const route = routeOf(problem, { methodRules, band, demands });
  if ('status' in route) return route;
  const priced = methodRules.price === 'meso' || problem.cubePrice !== null;
  const facts = factsOf(problem, route, priced);
  if (!priced) return { status: 'unsupported', reason: 'no-cube-price', facts };
  return { status: 'valued', law: (problem.lawOf ?? routeLaw)(route), facts };
}

const rank = (grade: Grade): number => grades.indexOf(grade);

/** What makes the problem meaningless, if anything. */
function faultOf({
  itemLevel,
  grade,
  startGrade,
  failuresSoFar,
  goal,
  cubePrice,
}: PotentialProblem): string | undefined {
  if (!Number.isInteger(itemLevel) || itemLevel < 0) return 'invalid-level';
  if (rank(startGrade) > rank(grade)) return 'start-grade-above-grade';
  if (!Number.isInteger(failuresSoFar) || failuresSoFar < 0) return 'invalid-failures';
  if (cubePrice !== null && !(Number.isFinite(cubePrice) && cubePrice > 0)) return 'invalid-cube-price';
  const [key] =
    (Object.entries(goal) as [string, number][]).find(
      ([name, least]) => !(isGoalKey(name) && Number.isFinite(least) && least > 0),
    ) ?? [];
  return key === undefined ? undefined : `invalid-goal: ${key}`;
}

function demandsOf({ goal, wearer }: PotentialProblem): Demand[] | undefined {
  const demands: Demand[] = [];
  for (const [key, least] of Object.entries(goal) as [GoalKey, number][]) {
    const contribution = contributionTo(key, wearer);
    if (contribution === undefined) return undefined;
    demands.push({ contribution, least });
  }
  return demands;
}

interface Tables {
  readonly methodRules: MethodRules;
  readonly band: string;
  readonly demands: readonly Demand[];
}

/** The stages from the blank item up; those above the present grade are there because resets there tier up as well. */
function routeOf(problem: PotentialProblem, tables: Tables): Route | Unsupported<never> {
  const { grade, startGrade, itemLevel, kind } = problem;
  const { price, tierUp } = tables.methodRules;
  const prices = price === 'meso' ? resetPrice(problem.rules, kind, itemLevel) : undefined;
  if (price === 'meso' && prices === undefined) return unsupported('no reset price for level');
  const stages: RouteStage[] = [];
  for (const at of grades.slice(rank(startGrade))) {
    if (rank(at) >= rank(grade) && tables.demands.length === 0) break;
    const step = tierUp[at];
    if (rank(at) < rank(grade) && step === undefined) return unsupported(`no tier-up from ${at}`);
    const failuresSoFar = at === startGrade ? problem.failuresSoFar : 0;
    const success = rank(at) < rank(grade) ? { success: 0 } : successOf(problem, tables, at);
    if ('status' in success) return success;
    stages.push({
      grade: at,
      // Without a cube price the route still tells its trials.
      price: prices?.[at] ?? problem.cubePrice ?? 1,
      tierUp: step && tierUpTries(step, { ...problem, failuresSoFar }),
      ...success,
    });
    if (rank(at) >= rank(grade) && step === undefined) break;
  }
  return stages;
}

/** How likely a roll of an item of this grade is good enough, or why that cannot be told. */
function successOf(
  { slot, lineCount, rules, grade: goalGrade, sameResultReroll }: PotentialProblem,
  { methodRules, band, demands }: Tables,
  grade: Grade,
): Pick<RouteStage, 'success' | 'sameResult'> | Unsupported<never> {
  const pools = rollPools(methodRules, { band, slot }, grade);
  if (pools === undefined) return unsupported('no pool for slot and grade');
  const roll = { pools, caps: rules.caps, lineCount };
  const success = rollProbability(roll, demands);
  if (success === 0) return unsupported(grade === goalGrade ? 'impossible' : 'impossible-after-tier-up');
  if (!sameResultReroll) return { success };
  // The grade of the result would have to be remembered from roll to roll: only where no roll changes it.
  if (methodRules.tierUp[grade] !== undefined) return unsupported('same-result-below-highest-grade');
  if ([...pools.own.options, ...pools.lower.options].some(({ text }) => text === mergedFiller))
    return unsupported('same-result-among-merged-options');
  return { success, sameResult: sameResult(roll, demands, success) };
}

function factsOf(problem: PotentialProblem, route: Route, priced: boolean): PotentialFacts {
  const { method, grade, startGrade, goal } = problem;
  const climb = route.filter((stage) => rank(stage.grade) < rank(grade));
  const facts = {
    method,
    grade,
    goal,
    trials: trialsAt(route[climb.length]),
    tierUps: routeMoments(route, { perRoll: () => 0, perTierUp: 1 }).mean,
  };
  if (climb.length === 0) return facts;
  const key = `climb/${JSON.stringify([startGrade, grade, priced, climb])}`;
  return { ...facts, tierUp: (problem.memo ?? noMemo)(key, () => wayUp(problem, climb, priced)) };
}

function wayUp({ startGrade, grade }: PotentialProblem, climb: Route, priced: boolean): TierUpFacts {
  return {
    from: startGrade,
    to: grade,
    rolls: routeMoments(climb, { perRoll: () => 1 }).mean,
    cost: priced ? routeMoments(climb, { perRoll: ({ price }) => price }).mean : null,
    steps: climb.flatMap(({ grade: from, tierUp }) => (tierUp ? [{ from, tries: summariseTries(tierUp) }] : [])),
  };
}

/** Trials of one roll at a stage; where no stage is left, every roll will do. */
function trialsAt(stage: RouteStage | undefined): Trials {
  if (stage?.sameResult === undefined) return trialsOf(stage?.success ?? 1);
  const law = routeLaw([{ ...stage, price: 1, tierUp: undefined }]);
  return {
    probability: stage.success,
    mean: law.mean,
    sd: Math.sqrt(law.variance),
    p50: Math.ceil(quantile(law, 0.5)),
    p90: Math.ceil(quantile(law, 0.9)),
    p99: Math.ceil(quantile(law, 0.99)),
  };
}
