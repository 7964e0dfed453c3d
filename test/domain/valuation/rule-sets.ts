import { existsSync, readFileSync } from 'node:fs';
import { assembleRuleSet, mechanics } from '../../../src/domain/valuation/rules.ts';
import type { RuleFiles, RuleSet, RuleSetId } from '../../../src/domain/valuation/rules.ts';

/** The project's own rule files of a rule set, parsed. */
export function ruleFiles(id: RuleSetId): RuleFiles {
  const files = mechanics.map((mechanic) => {
    const url = new URL(`../../../rules/${mechanic}/${id}.json`, import.meta.url);
    return [mechanic, existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as unknown) : undefined] as const;
  });
  return Object.fromEntries(files.filter(([, file]) => file !== undefined)) as unknown as RuleFiles;
}

export function ruleSet(id: RuleSetId = 'kms2026'): RuleSet {
  return assembleRuleSet(id, ruleFiles(id));
}
