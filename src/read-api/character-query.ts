import { z } from 'zod';
import { ProblemError } from '../domain/errors.ts';
import { parseAssumptions } from '../domain/valuation/assumptions.ts';
import { parseMoney } from '../domain/valuation/money.ts';
import type { WhatIf } from './what-if.ts';

const LONGEST_WAIT_SECONDS = 30;
const PRESETS = [1, 2, 3] as const;

/** A question about a character, read from its query string. */
export interface CharacterQuery {
  readonly waitSeconds: number;
  /** Asks for the answer of this moment; the present one where absent. */
  readonly at: Date | undefined;
  /** `undefined`: the question is answered by what is stored. */
  readonly whatIf: WhatIf | undefined;
}

const isoMoment = z.iso.datetime({ offset: true });

/**
 * Reads `wait`, `at`, `preset`, `budget` (for `chances`) and the assumptions. Throws `ProblemError` `invalid-input` that names
 * the first parameter that is unknown or out of range.
 */
export function readCharacterQuery(
  kind: WhatIf['kind'],
  query: Readonly<Record<string, unknown>>,
  now: Date,
): CharacterQuery {
  const { wait, at: atText, preset: presetText, budget: budgetText, ...rest } = query;
  const at = atText === undefined ? undefined : readMoment(atText, now);
  if (at !== undefined && wait !== undefined) throw invalid('wait', 'is for the present only: the past is there');
  const waitSeconds = readWaitSeconds(wait) ?? 0;
  const preset = readPreset(presetText);
  if (kind !== 'chances' && budgetText !== undefined) throw invalid('budget', 'is for …/distribution only');
  const budget = budgetText === undefined ? undefined : readBudget(budgetText);
  const assumed = Object.keys(rest).length > 0;
  if (kind === 'valuation' && preset === undefined && !assumed) return { waitSeconds, at, whatIf: undefined };
  return { waitSeconds, at, whatIf: { kind, preset, budget, assumptions: parseAssumptions(rest) } };
}

/** How long a read may wait (`wait`), `undefined` where it does not say. Throws `ProblemError` `invalid-input`. */
export function readWaitSeconds(wait: unknown): number | undefined {
  if (wait === undefined) return undefined;
  const seconds = typeof wait === 'string' && wait !== '' ? Number(wait) : NaN;
  if (seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS) return seconds;
  throw invalid('wait', `a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`);
}

function readMoment(text: unknown, now: Date): Date {
  // A plus that was not encoded arrives as a space.
  const parsed = isoMoment.safeParse(typeof text === 'string' ? text.replace(' ', '+') : text);
  if (!parsed.success) throw invalid('at', 'a moment such as 2026-03-20T09:00:00Z or 2026-03-20T18:00:00+09:00');
  const at = new Date(parsed.data);
  if (at > now) throw invalid('at', 'is in the future');
  return at;
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
