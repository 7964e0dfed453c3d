import { existsSync, readFileSync } from 'node:fs';
import type { StarForceProblem } from '../../../../src/domain/valuation/starforce/problem.ts';
import { parseStarForceRules, type StarForceRules } from '../../../../src/domain/valuation/starforce/rules.ts';

export const ruleSets = ['kms2026', 'kms2025', 'kms2024', 'sf25-nodrop15', 'sf25-pre2022', 'gms2025'] as const;
export type RuleSetName = (typeof ruleSets)[number];

/** The project's own rule file, as JSON. */
export function ruleFile(name: RuleSetName): Record<string, unknown> {
  const url = new URL(`../../../../rules/starforce/${name}.json`, import.meta.url);
  if (!existsSync(url)) throw new Error(`no ${url.pathname}`);
  return JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
}

const parsed = new Map<RuleSetName, StarForceRules>();

export function rulesOf(name: RuleSetName): StarForceRules {
  const rules = parsed.get(name) ?? parseStarForceRules(ruleFile(name));
  parsed.set(name, rules);
  return rules;
}

export const noEvent = { cost30: false, destroy30: false, restore20: false };
export const shining = { cost30: true, destroy30: true, restore20: true };

/** A problem with nothing given but what `change` gives. */
export function problem({
  ruleSet = 'kms2026',
  ...change
}: Partial<StarForceProblem> & { ruleSet?: RuleSetName } = {}): StarForceProblem {
  return {
    ...{ rules: rulesOf(ruleSet), itemLevel: 200, from: 0, to: 22, event: noEvent, mvp: 0, pcRoom: false },
    ...{ starCatch: false, safeguard: [], restore: [], sparePrice: 0 },
    ...change,
  };
}
