import { ProblemError } from '../errors.ts';
import type { Grade } from '../character/equipment.ts';
import type { StarForceEvent } from './assumptions.ts';
import { readEvent, readGuarantee } from './assumptions.ts';
import type { Flame } from './bonus-options/rules.ts';
import { flames } from './bonus-options/rules.ts';
import type { Job, Weights } from './jobs.ts';
import { jobOf } from './jobs.ts';
import type { Goal } from './potential/goal.ts';
import { isGoalKey } from './potential/goal.ts';
import type { PotentialKind, PotentialMethod } from './potential/rules.ts';
import { grades, potentialMethods } from './potential/rules.ts';
import type { Guarantee } from './potential/tier-up.ts';
import { read } from './read-input.ts';
import type { Reader } from './read-input.ts';
import type { RuleSetId } from './rules.ts';
import { ruleSetIds } from './rules.ts';
import type { FlameKind, PoolSlot } from './slots.ts';
import { poolSlots } from './slots.ts';

/** From star to star of one item; money in mesos, `mvp` in percent. */
export interface StarForceEstimate {
  readonly itemLevel: number;
  readonly from: number;
  readonly to: number;
  readonly sparePrice: number;
  readonly event: StarForceEvent;
  readonly mvp: 0 | 3 | 5 | 10;
  readonly pcRoom: boolean;
  readonly starCatch: boolean;
  readonly safeguard: readonly number[];
  readonly restore: readonly number[];
  /** `optimal` finds the cheapest safeguard and restore stars and ignores those given. */
  readonly strategy: 'given' | 'optimal';
}

export interface PotentialEstimate {
  readonly kind: PotentialKind;
  readonly method: PotentialMethod;
  readonly slot: PoolSlot;
  readonly itemLevel: number;
  readonly grade: Grade;
  readonly goal: Goal;
  readonly startGrade: Grade | undefined;
  readonly failuresSoFar: number;
  readonly guarantee: Guarantee;
  readonly sameResultReroll: boolean;
  readonly cubePrice: number | null;
  /** Class and level of the wearer: the goal `S` is a matter of both. */
  readonly class: Job | undefined;
  readonly characterLevel: number | undefined;
}

export interface BonusOptionsEstimate {
  readonly flame: Flame;
  readonly flamePrice: number | null;
  readonly itemLevel: number;
  readonly kind: FlameKind;
  readonly bossItem: boolean;
  readonly weights: Weights;
  readonly threshold: number;
  readonly baseAttack: number;
}

/** The body of `POST /estimates`, checked: at least one of the three. */
export interface EstimateRequest {
  readonly ruleSet: RuleSetId;
  readonly starforce: StarForceEstimate | undefined;
  readonly potential: PotentialEstimate | undefined;
  readonly bonusOptions: BonusOptionsEstimate | undefined;
}

const MAX_LEVEL = 300;
const MAX_STARS = 30;
const MAX_BASE_ATTACK = 10_000;
const noEvent: StarForceEvent = { cost30: false, destroy30: false, restore20: false };

const wholeFrom =
  (min: number, max: number): Reader<number> =>
  (value, field) =>
    read.whole(value, field, [min, max]);

const choice =
  <T extends string>(choices: readonly T[]): Reader<T> =>
  (value, field) =>
    read.oneOf(choices, value, field);

const starForce = read.object<StarForceEstimate>({
  itemLevel: wholeFrom(1, MAX_LEVEL),
  from: read.optional(wholeFrom(0, MAX_STARS - 1), 0),
  to: wholeFrom(1, MAX_STARS),
  sparePrice: read.optional(read.money, 0),
  event: read.optional(readEvent, noEvent),
  mvp: read.optional((value, field) => read.numberOf([0, 3, 5, 10] as const, value, field), 0),
  pcRoom: read.optional(read.boolean, false),
  starCatch: read.optional(read.boolean, false),
  safeguard: read.optional(read.stars, []),
  restore: read.optional(read.stars, []),
  strategy: read.optional(choice(['given', 'optimal']), 'given'),
});

const potential = read.object<PotentialEstimate>({
  kind: choice(['main', 'additional']),
  method: read.optional(choice([...potentialMethods.main, ...potentialMethods.additional]), 'meso'),
  slot: choice(poolSlots),
  itemLevel: wholeFrom(1, MAX_LEVEL),
  grade: choice(grades),
  goal: readGoal,
  startGrade: read.optional<Grade | undefined>(choice(grades), undefined),
  failuresSoFar: read.optional(wholeFrom(0, 10_000), 0),
  guarantee: read.optional(readGuarantee, 'N+1'),
  sameResultReroll: read.optional(read.boolean, false),
  cubePrice: read.optional(read.price, null),
  class: read.optional<Job | undefined>(readClass, undefined),
  characterLevel: read.optional<number | undefined>(wholeFrom(1, MAX_LEVEL), undefined),
});

const bonusOptions = read.object<BonusOptionsEstimate>({
  flame: read.optional(choice(flames), 'meso'),
  flamePrice: read.optional(read.price, null),
  itemLevel: wholeFrom(1, MAX_LEVEL),
  kind: choice(['weapon', 'armor']),
  bossItem: read.boolean,
  weights: read.weights,
  threshold: readThreshold,
  baseAttack: read.optional(wholeFrom(0, MAX_BASE_ATTACK), 0),
});

const body = read.object<EstimateRequest>({
  ruleSet: read.optional(choice(ruleSetIds), ruleSetIds[0]),
  starforce: read.optional<StarForceEstimate | undefined>(starForce, undefined),
  potential: read.optional<PotentialEstimate | undefined>(potential, undefined),
  bonusOptions: read.optional<BonusOptionsEstimate | undefined>(bonusOptions, undefined),
});

/** Checks a body. Throws `ProblemError('invalid-input')` naming the field; dots separate nested names. */
export function parseEstimate(input: unknown): EstimateRequest {
  const request = body(input, '');
  if (request.starforce === undefined && request.potential === undefined && request.bonusOptions === undefined)
    throw new ProblemError('invalid-input', 'give at least one of starforce, potential, bonusOptions');
  const { starforce, potential: part } = request;
  if (starforce !== undefined && starforce.from >= starforce.to) read.refuse('starforce.to', 'above starforce.from');
  if (part !== undefined) checkPotential(part);
  return request;
}

function checkPotential(estimate: PotentialEstimate): void {
  const { kind, method, grade, startGrade = grade, goal } = estimate;
  const fitting: readonly PotentialMethod[] = potentialMethods[kind];
  if (!fitting.includes(method))
    read.refuse('potential.method', `one of ${fitting.join(', ')} for a ${kind} potential`);
  if (grades.indexOf(startGrade) > grades.indexOf(grade))
    read.refuse('potential.startGrade', 'at most potential.grade');
  const score = 'S' in goal || 'S_lines' in goal;
  if (score && estimate.class === undefined) read.refuse('potential.class', 'given for the goal S');
  if (score && estimate.characterLevel === undefined) read.refuse('potential.characterLevel', 'given for the goal S');
}

function readGoal(value: unknown, field: string): Goal {
  const entries = Object.entries(read.record(value, field)).map(([key, least]) => {
    const path = `${field}.${key}`;
    if (!isGoalKey(key)) throw new ProblemError('invalid-input', `unknown goal ${key}`, { field: path });
    const number = read.finite(least, path);
    return [key, number > 0 ? number : read.refuse(path, 'more than 0')] as const;
  });
  return Object.fromEntries(entries);
}

function readClass(value: unknown, field: string): Job {
  return (typeof value === 'string' ? jobOf(value) : undefined) ?? read.refuse(field, 'the Korean name of a class');
}

function readThreshold(value: unknown, field: string): number {
  const threshold = read.finite(value, field);
  return threshold > 0 && threshold <= 1e6 ? threshold : read.refuse(field, 'more than 0 and at most 1000000');
}
