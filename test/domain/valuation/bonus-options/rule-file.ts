import { readFileSync } from 'node:fs';
import { parseBonusOptionRules } from '../../../../src/domain/valuation/bonus-options/rules.ts';

export const ruleFile = JSON.parse(
  readFileSync(new URL('../../../../rules/bonus-options/kms2026.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

export const rules = parseBonusOptionRules(ruleFile);
