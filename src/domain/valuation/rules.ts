import { canonicalJson } from '../canonical-json.ts';
import { sha256 } from '../ids.ts';
import type { BonusOptionRules } from './bonus-options/rules.ts';
import { parseBonusOptionRules } from './bonus-options/rules.ts';
import { parsePotentialRules } from './potential/parse-rules.ts';
import type { PotentialRules } from './potential/rules.ts';
import { parseStarForceRules } from './starforce/rules.ts';
import type { StarForceRules } from './starforce/rules.ts';

/** Ids of the rule sets, the default first. Never mixed: each has files of its own. */
export const ruleSetIds = ['kms2026', 'kms2025', 'kms2024', 'sf25-nodrop15', 'sf25-pre2022', 'gms2025'] as const;
export type RuleSetId = (typeof ruleSetIds)[number];

/** Folders of rule files: `rules/<mechanic>/<id>.json`. */
export const mechanics = ['starforce', 'potential', 'bonus-options'] as const;
export type Mechanic = (typeof mechanics)[number];

/** The rules of one time and place. A mechanic without a table is `undefined`: its components are unsupported. */
export interface RuleSet {
  readonly id: RuleSetId;
  /** ISO date since when the rules are in force. */
  readonly effectiveDate: string;
  readonly starforce: StarForceRules;
  readonly potential: PotentialRules | undefined;
  readonly bonusOptions: BonusOptionRules | undefined;
  /** Content hash over the canonical JSON of all files: `sha256:…`. */
  readonly tables: string;
}

/** The parsed JSON files of a rule set; only star force is there for all of them. */
export interface RuleFiles {
  readonly starforce: unknown;
  readonly potential?: unknown;
  readonly 'bonus-options'?: unknown;
}

/**
 * Checks the files of a rule set and joins them. Throws an `Error` that names the file and what is wrong with it: a file
 * of another rule set, a distribution that does not sum up, a missing table.
 */
export function assembleRuleSet(id: RuleSetId, files: RuleFiles): RuleSet {
  for (const mechanic of mechanics) if (files[mechanic] !== undefined) assertBelongs(files[mechanic], id, mechanic);
  const { starforce, potential, 'bonus-options': bonusOptions } = files;
  return {
    id,
    effectiveDate: effectiveDateOf(starforce),
    starforce: parseStarForceRules(starforce),
    potential: potential === undefined ? undefined : parsePotentialRules(potential),
    bonusOptions: bonusOptions === undefined ? undefined : parseBonusOptionRules(bonusOptions),
    tables: `sha256:${sha256(canonicalJson(files))}`,
  };
}

function assertBelongs(file: unknown, id: RuleSetId, mechanic: Mechanic): void {
  const named = (file as { ruleSet?: unknown } | null)?.ruleSet;
  if (named !== id) throw new Error(`rules/${mechanic}/${id}.json: is of the rule set ${String(named)}`);
}

function effectiveDateOf(file: unknown): string {
  const date = (file as { effectiveDate?: unknown }).effectiveDate;
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/u.test(date))
    throw new Error('starforce: effectiveDate is not a date');
  return date;
}
