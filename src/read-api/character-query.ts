import { ProblemError } from '../domain/errors.ts';
import { parseAssumptions } from '../domain/valuation/assumptions.ts';
import { parseMoney } from '../domain/valuation/money.ts';
import type { WhatIf } from './what-if.ts';

const LONGEST_WAIT_SECONDS = 30;
const PRESETS = [1, 2, 3] as const;

/** A question about a character, read from its query string. */
export interface CharacterQuery {
  readonly waitSeconds: number;
  /** `undefined`: the question is answered by what is stored. */
  readonly whatIf: WhatIf | undefined;
}

/**
 * Reads `wait`, `preset`, `budget` (for `chances`) and the assumptions. Throws `ProblemError` `invalid-input` that names
 * the first parameter that is unknown or out of range.
 */
export function readCharacterQuery(kind: WhatIf['kind'], query: Readonly<Record<string, unknown>>): CharacterQuery {
  const { wait, preset: presetText, budget: budgetText, ...rest } = query;
  const waitSeconds = readWaitSeconds(wait) ?? 0;
  const preset = readPreset(presetText);
  if (kind !== 'chances' && budgetText !== undefined) throw invalid('budget', 'is for …/distribution only');
  const budget = budgetText === undefined ? undefined : readBudget(budgetText);
  const assumed = Object.keys(rest).length > 0;
  if (kind === 'valuation' && preset === undefined && !assumed) return { waitSeconds, whatIf: undefined };
  return { waitSeconds, whatIf: { kind, preset, budget, assumptions: parseAssumptions(rest) } };
}

/** How long a read may wait (`wait`), `undefined` where it does not say. Throws `ProblemError` `invalid-input`. */
export function readWaitSeconds(wait: unknown): number | undefined {
  if (wait === undefined) return undefined;
  const seconds = typeof wait === 'string' && wait !== '' ? Number(wait) : NaN;
  if (seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS) return seconds;
  throw invalid('wait', `a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`);
}

function readPreset(text: unknown): 1 | 2 | 3 | undefined {
  if (text === undefined) return undefined;
  const preset = PRESETS.find((number) => String(number) === text);
  if (preset === undefined) throw invalid('preset', '1, 2 or 3');
  return preset;
}

function readBudget(text: unknown): number {
  const budget = typeof text === 'string' ? parseMoney(text) : undefined;
  if (budget === undefined) throw invalid('budget', 'an amount of mesos such as 31680000000 or 316억 8000만');
  return budget;
}

function invalid(field: string, what: string): ProblemError {
  return new ProblemError('invalid-input', `${field}: ${what}`, { field });
}
