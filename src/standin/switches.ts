/** Endpoints of the game API that the stand-in serves, by their path below `/maplestory/v1/`. */
export const ENDPOINTS = ['id', 'character/basic', 'character/item-equipment'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** The API's error codes and the HTTP status each comes with (those of 00008 and 00012 are undocumented). */
export const ERROR_STATUS = {
  OPENAPI00001: 500,
  OPENAPI00002: 403,
  OPENAPI00003: 400,
  OPENAPI00004: 400,
  OPENAPI00005: 400,
  OPENAPI00006: 400,
  OPENAPI00007: 429,
  OPENAPI00008: 400,
  OPENAPI00009: 400,
  OPENAPI00010: 400,
  OPENAPI00011: 503,
  OPENAPI00012: 400,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

/** Ways in which an answer can be broken. */
export const FAULTS = [
  'truncated-json',
  'cut-off',
  'not-json',
  'not-utf8',
  'html-502',
  'too-large',
  'gzip-bomb',
  'missing-field',
  'reset',
  'hang',
  'hang-in-body',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What can be changed while the stand-in runs. */
export interface Switches {
  /** Time before each answer, in milliseconds, plus up to `jitterMs` more. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** How calls fail; `null`: they do not. */
  readonly failure: ErrorCode | Fault | null;
  /** Share of the calls in scope that fail: exactly that share, evenly spread. */
  readonly failureRate: number;
  /** Endpoints in scope of `failure`; `null`: all. */
  readonly failingEndpoints: readonly Endpoint[] | null;
  /** Characters in scope of `failure`, by name; `null`: all. */
  readonly failingCharacters: readonly string[] | null;
  /** `Retry-After` of 429 and 503 answers, in seconds; `null`: none. */
  readonly retryAfterSeconds: number | null;
}

export const CALM: Switches = {
  latencyMs: 0,
  jitterMs: 0,
  failure: null,
  failureRate: 1,
  failingEndpoints: null,
  failingCharacters: null,
  retryAfterSeconds: 1,
};

type Check = (value: unknown) => boolean;

const number =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (each: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(each);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const CHECKS: Readonly<Record<keyof Switches, Check>> = {
  latencyMs: number(0, 600_000),
  jitterMs: number(0, 600_000),
  failure: orNull(oneOf(...Object.keys(ERROR_STATUS), ...FAULTS)),
  failureRate: number(0, 1),
  failingEndpoints: orNull(listOf(oneOf(...ENDPOINTS))),
  failingCharacters: orNull(listOf((value) => typeof value === 'string')),
  retryAfterSeconds: orNull(number(0, 86_400)),
};

/**
 * Switches from outside, checked.
 * @throws Error naming the switch that does not exist or has a value it cannot have
 */
export function readSwitches(value: unknown): Partial<Switches> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('Switches are a JSON object.');
  for (const [name, setting] of Object.entries(value)) {
    if (!Object.hasOwn(CHECKS, name)) throw new Error(`There is no switch ${name}.`);
    if (!CHECKS[name as keyof Switches](setting)) throw new Error(`${name} cannot be ${JSON.stringify(setting)}.`);
  }
  return value;
}
