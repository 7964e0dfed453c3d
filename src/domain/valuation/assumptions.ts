import { canonicalJson } from '../canonical-json.ts';
import type { Grade } from '../character/equipment.ts';
import { ProblemError } from '../errors.ts';
import type { Flame } from './bonus-options/rules.ts';
import { flames } from './bonus-options/rules.ts';
import type { Weights } from './jobs.ts';
import { read } from './read-input.ts';

/** What an event changes: attempts 30 % cheaper, destruction × 0.7 up to star 21, restore fee × 0.8. */
export interface StarForceEvent {
  readonly cost30: boolean;
  readonly destroy30: boolean;
  readonly restore20: boolean;
}

/** How potentials are rerolled: the meso reset, or a cube that `cubePrice` pays for. */
export const methods = ['meso', 'red', 'gold', 'silver', 'bronze', 'white'] as const;
export type Method = (typeof methods)[number];

/** Everything an answer takes for granted; named in every answer. Money in mesos. */
export interface Assumptions {
  readonly event: StarForceEvent;
  /** Membership discount in percent. */
  readonly mvp: 0 | 3 | 5 | 10;
  readonly pcRoom: boolean;
  /** Stars at which attempts are protected from destruction, where the rules offer it. */
  readonly safeguard: readonly number[];
  /** Stars at which a destroyed item is restored to its trace star; `optimal`: wherever that is cheapest. */
  readonly restore: readonly number[] | 'optimal';
  /** Price of a spare copy of the item, per item consumed. */
  readonly sparePrice: number;
  /** Whether star catch succeeds on every attempt; built into the rules since kms2026. */
  readonly starCatch: boolean;
  /** Which try is certain after N banked failures. */
  readonly guarantee: 'N+1' | 'N';
  /** A roll equal to the present lines is not counted. */
  readonly sameResultReroll: boolean;
  /** Reroll of potentials; a potential that the cube does not fit is rerolled with mesos. */
  readonly method: Method;
  readonly cubePrice: number | null;
  readonly flame: Flame;
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

/** No event, no discounts, no protection, spares free, everything rerolled with mesos. */
export const defaultAssumptions: Assumptions = {
  event: noEvent,
  mvp: 0,
  pcRoom: false,
  safeguard: [],
  restore: [],
  sparePrice: 0,
  starCatch: false,
  guarantee: 'N+1',
  sameResultReroll: false,
  method: 'meso',
  cubePrice: null,
  flame: 'meso',
  flamePrice: null,
  goal: 'as-is',
  weights: null,
  initialGrade: 'rare',
};

/** Readers of each assumption from an untyped value (query text or JSON), by field. */
const readers: { readonly [K in keyof Assumptions]: (value: unknown, field: string) => Assumptions[K] } = {
  event: readEvent,
  mvp: (value, field) => read.numberOf([0, 3, 5, 10] as const, value, field),
  pcRoom: read.boolean,
  safeguard: read.stars,
  restore: (value, field) => (value === 'optimal' ? 'optimal' : read.stars(value, field)),
  sparePrice: read.money,
  starCatch: read.boolean,
  // An unescaped plus in a query arrives as a space.
  guarantee: (value, field) => read.oneOf(['N+1', 'N'] as const, value === 'N 1' ? 'N+1' : value, field),
  sameResultReroll: read.boolean,
  method: (value, field) => read.oneOf(methods, value, field),
  cubePrice: read.price,
  flame: (value, field) => read.oneOf(flames, value, field),
  flamePrice: read.price,
  goal: (value, field) => read.oneOf(['as-is', 'strict'] as const, value, field),
  weights: (value, field) => (value === null ? null : read.weights(value, field)),
  initialGrade: (value, field) => read.oneOf(['rare', 'epic', 'unique', 'legendary'] as const, value, field),
};

/** The names `parseAssumptions` knows: those of `Assumptions`, and the event's flags one by one. */
export const assumptionNames: readonly string[] = [...Object.keys(readers), ...Object.keys(noEvent)];

/**
 * Assumptions from a query or a body: absent fields take their defaults; stars come back sorted and without repetition,
 * so that equal assumptions are equal text. The flags `cost30`, `destroy30`, `restore20` may stand beside `event`.
 * Throws `ProblemError('invalid-input')` naming the field for an unknown field or a value out of range.
 */
export function parseAssumptions(input: Readonly<Record<string, unknown>>): Assumptions {
  const parsed: Record<string, unknown> = { ...defaultAssumptions };
  for (const [field, value] of Object.entries(input)) {
    if (value === undefined || Object.hasOwn(noEvent, field)) continue;
    if (!Object.hasOwn(readers, field)) throw new ProblemError('invalid-input', `unknown field ${field}`, { field });
    parsed[field] = readers[field as keyof Assumptions](value, field);
  }
  const assumptions = parsed as unknown as Assumptions;
  return { ...assumptions, event: { ...assumptions.event, ...readEventFlags(input) } };
}

/** Equal exactly when the assumptions are. */
export function assumptionsKey(assumptions: Assumptions): string {
  return canonicalJson(assumptions);
}

function readEvent(value: unknown, field: string): StarForceEvent {
  if (typeof value === 'string') return events[read.oneOf(['none', 'sunday', 'shining'] as const, value, field)];
  const flags = read.record(value, field);
  const unknown = Object.keys(flags).find((key) => !Object.hasOwn(noEvent, key));
  if (unknown !== undefined)
    throw new ProblemError('invalid-input', `unknown field ${unknown}`, { field: `${field}.${unknown}` });
  return { ...noEvent, ...readEventFlags(flags, `${field}.`) };
}

function readEventFlags(input: Readonly<Record<string, unknown>>, prefix = ''): Partial<StarForceEvent> {
  const given = Object.keys(noEvent).filter((flag) => Object.hasOwn(input, flag) && input[flag] !== undefined);
  return Object.fromEntries(given.map((flag) => [flag, read.boolean(input[flag], `${prefix}${flag}`)]));
}
