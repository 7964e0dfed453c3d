import { canonicalJson } from '../canonical-json.ts';
import type { Grade } from '../character/equipment.ts';
import { ProblemError } from '../errors.ts';
import type { Flame } from './bonus-options/rules.ts';
import { flames } from './bonus-options/rules.ts';
import type { Weights } from './jobs.ts';
import type { PotentialMethod } from './potential/rules.ts';
import { grades, potentialMethods } from './potential/rules.ts';
import type { Guarantee } from './potential/tier-up.ts';
import { read } from './read-input.ts';

/** What an event changes: attempts 30 % cheaper, destruction × 0.7 up to star 21, restore fee × 0.8. */
export interface StarForceEvent {
  readonly cost30: boolean;
  readonly destroy30: boolean;
  readonly restore20: boolean;
}

/** Everything an answer takes for granted; named in every answer. Money in mesos. */
export interface Assumptions {
  readonly event: StarForceEvent;
  /** Membership discount in percent. */
  readonly mvp: 0 | 3 | 5 | 10;
  readonly pcRoom: boolean;
  /** Stars at which attempts are protected from destruction; `optimal`: wherever that is cheapest. */
  readonly safeguard: readonly number[] | 'optimal';
  /** Stars at which a destroyed item is restored to its trace star; `optimal`: wherever that is cheapest. */
  readonly restore: readonly number[] | 'optimal';
  /** Price of a spare copy of the item, per item consumed. */
  readonly sparePrice: number;
  /** Whether star catch succeeds on every attempt; built into the rules since kms2026. */
  readonly starCatch: boolean;
  /** Which try is certain after N banked failures. */
  readonly guarantee: Guarantee;
  /** A roll equal to the present lines is not counted. */
  readonly sameResultReroll: boolean;
  /** How potentials are rerolled: for mesos, or with a cube. A potential that the cube does not fit costs mesos. */
  readonly method: PotentialMethod;
  /** Price of a cube, everything included. */
  readonly cubePrice: number | null;
  readonly flame: Flame;
  /** Price of a flame item; the meso reset has its own. */
  readonly flamePrice: number | null;
  /** `strict` wants each part of the stat score back, not only their sum. */
  readonly goal: 'as-is' | 'strict';
  /** Weights of the bonus-option score; `null`: those of the class. */
  readonly weights: Weights | null;
  /** Grade of a blank item's potential. */
  readonly initialGrade: Grade;
}

const noEvent: StarForceEvent = { cost30: false, destroy30: false, restore20: false };

/** Named events: what `event=…` stands for. */
const events: Readonly<Record<'none' | 'sunday' | 'shining', StarForceEvent>> = {
  none: noEvent,
  sunday: { ...noEvent, cost30: true },
  shining: { cost30: true, destroy30: true, restore20: true },
};

/** Readers and defaults: no event, no discounts, no protection, spares free, everything rerolled with mesos. */
const readAssumptions = read.object<Assumptions>({
  event: read.optional(readEvent, noEvent),
  mvp: read.optional((value, field) => read.numberOf([0, 3, 5, 10] as const, value, field), 0),
  pcRoom: read.optional(read.boolean, false),
  safeguard: read.optional(readStrategy, []),
  restore: read.optional(readStrategy, []),
  sparePrice: read.optional(read.money, 0),
  starCatch: read.optional(read.boolean, false),
  guarantee: read.optional(readGuarantee, 'N+1'),
  sameResultReroll: read.optional(read.boolean, false),
  method: read.optional(readMethod, 'meso'),
  cubePrice: read.optional(read.price, null),
  flame: read.optional((value, field) => read.oneOf(flames, value, field), 'meso'),
  flamePrice: read.optional(read.price, null),
  goal: read.optional((value, field) => read.oneOf(['as-is', 'strict'] as const, value, field), 'as-is'),
  weights: read.optional((value, field) => (value === null ? null : read.weights(value, field)), null),
  initialGrade: read.optional((value, field) => read.oneOf(grades, value, field), 'rare'),
});

const readFlags = read.object<StarForceEvent>({
  cost30: read.optional(read.boolean, false),
  destroy30: read.optional(read.boolean, false),
  restore20: read.optional(read.boolean, false),
});

export const defaultAssumptions: Assumptions = parseAssumptions({});

/**
 * Assumptions from a query or a body: absent fields take their defaults; stars come back sorted and without repetition,
 * so that equal assumptions are equal text. The flags `cost30`, `destroy30`, `restore20` may stand instead of `event`.
 * Throws `ProblemError('invalid-input')` naming the field for an unknown field or a value out of range.
 */
export function parseAssumptions(input: Readonly<Record<string, unknown>>): Assumptions {
  const { cost30, destroy30, restore20, ...rest } = input;
  const flags = { cost30, destroy30, restore20 };
  if (Object.values(flags).every((flag) => flag === undefined)) return readAssumptions(rest, '');
  if (rest.event !== undefined)
    throw new ProblemError('invalid-input', 'give an event or its flags, not both', { field: 'event' });
  return readAssumptions({ ...rest, event: readFlags(flags, '') }, '');
}

/** Equal exactly when the assumptions are. */
export function assumptionsKey(assumptions: Assumptions): string {
  return canonicalJson(assumptions);
}

/** A named event, or its flags. */
export function readEvent(value: unknown, field: string): StarForceEvent {
  if (typeof value !== 'string') return readFlags(value, field);
  return events[read.oneOf(['none', 'sunday', 'shining'] as const, value, field)];
}

function readStrategy(value: unknown, field: string): number[] | 'optimal' {
  return value === 'optimal' ? value : read.stars(value, field);
}

export function readGuarantee(value: unknown, field: string): Guarantee {
  // An unescaped plus in a query arrives as a space.
  return read.oneOf(['N+1', 'N'] as const, value === 'N 1' ? 'N+1' : value, field);
}

function readMethod(value: unknown, field: string): PotentialMethod {
  return read.oneOf([...potentialMethods.main, ...potentialMethods.additional], value, field);
}
