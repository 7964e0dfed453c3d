import { ProblemError } from '../errors.ts';
import { weightKeys } from './jobs.ts';
import type { WeightKey, Weights } from './jobs.ts';
import { parseMoney } from './money.ts';

/** More than the mesos of a world; keeps every product finite and exact enough. */
const MAX_MONEY = 1e15;
const MAX_WEIGHT = 100;
const MAX_STAR = 30;

function refuse(field: string, expected: string): never {
  if (field === '') throw new ProblemError('invalid-input', `the body must be ${expected}`);
  throw new ProblemError('invalid-input', `${field} must be ${expected}`, { field });
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(field, 'an object');
  return value as Record<string, unknown>;
}

function boolean(value: unknown, field: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return refuse(field, 'true or false');
}

/** A number, or its plain decimal text. */
function finite(value: unknown, field: string): number {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/u.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) refuse(field, 'a number');
  return number;
}

function whole(value: unknown, field: string, [min, max]: readonly [number, number]): number {
  const number = finite(value, field);
  if (!Number.isInteger(number) || number < min || number > max) refuse(field, `a whole number from ${min} to ${max}`);
  return number;
}

function numberOf<T extends number>(choices: readonly T[], value: unknown, field: string): T {
  const number = finite(value, field);
  return choices.find((choice) => choice === number) ?? refuse(field, `one of ${choices.join(', ')}`);
}

function oneOf<T extends string>(choices: readonly T[], value: unknown, field: string): T {
  return choices.find((choice) => choice === value) ?? refuse(field, `one of ${choices.join(', ')}`);
}

/** Stars from a list or from comma-separated text, sorted, without repetition. */
function stars(value: unknown, field: string): number[] {
  const list: unknown = typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value;
  if (!Array.isArray(list)) refuse(field, 'a list of stars');
  const numbers = list.map((star: unknown) => whole(star, field, [0, MAX_STAR - 1]));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Mesos ≥ 0 from a number or Korean money text. */
function money(value: unknown, field: string): number {
  const amount = typeof value === 'string' ? parseMoney(value) : value;
  if (typeof amount !== 'number' || !(amount >= 0 && amount <= MAX_MONEY))
    refuse(field, `an amount of mesos from 0 to ${MAX_MONEY}, like 150000000 or 1억 5000만`);
  return amount;
}

/** A price of at least 1 meso, or `null` for none given. */
function price(value: unknown, field: string): number | null {
  if (value === null) return null;
  const amount = money(value, field);
  return amount >= 1 ? amount : refuse(field, 'at least 1 meso');
}

/** Weights from an object or from text like `STR:1,DEX:0.1`. At least one must be positive. */
function weights(value: unknown, field: string): Weights {
  const entries: [string, unknown][] =
    typeof value === 'string'
      ? value.split(',').map((pair) => {
          const [key = '', weight = ''] = pair.split(':');
          return [key.trim(), weight.trim()];
        })
      : Object.entries(record(value, field));
  const parsed = entries.map(([key, weight]): [WeightKey, number] => {
    const known = oneOf(weightKeys, key, field);
    const number = finite(weight, `${field}.${known}`);
    if (number < 0 || number > MAX_WEIGHT) refuse(`${field}.${known}`, `a number from 0 to ${MAX_WEIGHT}`);
    return [known, number];
  });
  if (!parsed.some(([, weight]) => weight > 0)) refuse(field, 'weights of which at least one is positive');
  return Object.fromEntries(parsed);
}

/** Reads an untyped value; `field` names it in the error. */
export type Reader<T> = (value: unknown, field: string) => T;

/** An absent value is `fallback`. */
function optional<T>(reader: Reader<T>, fallback: T): Reader<T> {
  return (value, field) => (value === undefined ? fallback : reader(value, field));
}

/**
 * An object of exactly these fields; each reader gets `undefined` for an absent one. Unknown fields are refused. The empty
 * field name stands for the whole body.
 */
function object<T extends object>(readers: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return (value, field) => {
    const input = record(value, field);
    const path = (name: string) => (field === '' ? name : `${field}.${name}`);
    const unknown = Object.keys(input).find((name) => !Object.hasOwn(readers, name));
    if (unknown !== undefined)
      throw new ProblemError('invalid-input', `unknown field ${path(unknown)}`, { field: path(unknown) });
    const entries = Object.entries<Reader<unknown>>(readers as Record<string, Reader<unknown>>);
    return Object.fromEntries(
      entries.map(([name, reader]) => [name, reader(Object.hasOwn(input, name) ? input[name] : undefined, path(name))]),
    ) as T;
  };
}

/** Readers of untyped input (query text or JSON). Each throws `ProblemError('invalid-input')` naming the field. */
export const read = {
  record,
  boolean,
  finite,
  whole,
  numberOf,
  oneOf,
  stars,
  money,
  price,
  weights,
  optional,
  object,
  refuse,
};
