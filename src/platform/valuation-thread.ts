import type { NormalisedEquipment } from '../domain/character/equipment.ts';
import { defaultAssumptions } from '../domain/valuation/assumptions.ts';
import { compactValuation, type CompactValuation } from '../domain/valuation/compact.ts';
import { boundedMemo } from '../domain/valuation/memo.ts';
import { valuate } from '../domain/valuation/valuate.ts';
import { loadRuleSet } from './rule-files.ts';
import { ruleSetIds } from '../domain/valuation/rules.ts';

/** Results remembered in each thread: items and kernels of some hundred characters. */
const REMEMBERED = 20_000;

const ruleSet = await loadRuleSet(ruleSetIds[0]);
const memo = boundedMemo(REMEMBERED);

/** What a pool thread does: the compact valuation of one character's equipment under the default assumptions. */
export function value(equipment: NormalisedEquipment): CompactValuation {
  return compactValuation(valuate(equipment, ruleSet, defaultAssumptions, memo));
}
