import { createHash } from 'node:crypto';
import type { EquipmentPreset, NormalisedEquipment } from '../character/equipment.ts';
import type { Assumptions } from './assumptions.ts';
import { assumptionsKey } from './assumptions.ts';
import type { ComponentName, Solved } from './component.ts';
import { componentNames } from './component.ts';
import type { CostLaw } from './distribution/law.ts';
import { sum } from './distribution/sum.ts';
import { jobOf } from './jobs.ts';
import type { Memo } from './memo.ts';
import { noMemo } from './memo.ts';
import { distributionOf } from './read-law.ts';
import type { RuleSet } from './rules.ts';
import type { ItemContext, SolvedComponents } from './solve-item.ts';
import { levelClass, solveItem } from './solve-item.ts';
import type { ComponentValuation, ItemValuation, PresetValuation, Total, Valuation } from './valuation.ts';

/** Part of every answer: raised whenever the same inputs may give another result. */
export const ENGINE_VERSION = '1.0.4';

/** An item with the laws behind its valuation. */
export interface SolvedItem {
  /** Equal exactly for equal items under equal rules, assumptions, class and level. */
  readonly key: string;
  readonly components: SolvedComponents;
  readonly valuation: ItemValuation;
}

/**
 * What all equipment costs to rebuild from blank copies: per component, item and preset, as distributions. Pure; the
 * result depends on the arguments alone, `memo` only saves repeated work. Anything that cannot be valued is
 * `unsupported` with its reason and left out of the totals, which say how many they leave out.
 */
export function valuate(
  equipment: NormalisedEquipment,
  ruleSet: RuleSet,
  assumptions: Assumptions,
  memo: Memo = noMemo,
): Valuation {
  const items = solveItems(equipment, ruleSet, assumptions, memo);
  const worn = equipment.presets.map((preset) => wornItems(preset, items));
  const presets = equipment.presets.map(({ preset }, index) => valuePreset(preset, worn[index] ?? [], memo));
  return {
    ruleSet: ruleSet.id,
    tables: ruleSet.tables,
    engine: ENGINE_VERSION,
    assumptions,
    items: items.map((item) => item.valuation),
    presets,
    activePreset: equipment.activePreset,
    maxPreset: dearest(presets) ?? equipment.activePreset,
  };
}

/** Every distinct item of the equipment, solved. */
export function solveItems(
  equipment: NormalisedEquipment,
  ruleSet: RuleSet,
  assumptions: Assumptions,
  memo: Memo = noMemo,
): SolvedItem[] {
  const { characterClass, characterLevel } = equipment;
  const context: ItemContext = { ruleSet, assumptions, job: jobOf(characterClass), characterLevel, memo };
  const wearer = JSON.stringify([context.job ?? null, levelClass(characterLevel)]);
  const shared = [ENGINE_VERSION, ruleSet.tables, assumptionsKey(assumptions), wearer];
  return equipment.items.map((item) => {
    // Numbers that JSON cannot carry all become null, and all are unsupported alike.
    const key = hash(['item', ...shared, JSON.stringify(item)]);
    return memo(key, () => {
      const components = solveItem(item, context);
      return { key, components, valuation: valueItem(components) };
    });
  });
}

/** The items a preset lists. */
export function wornItems(preset: EquipmentPreset, items: readonly SolvedItem[]): SolvedItem[] {
  return preset.items.map((index) => items[index]).filter((item) => item !== undefined);
}

/** The law of what some components cost together, `undefined` where nothing is valued and something is unsupported. */
export function totalLaw(solved: readonly Solved<unknown>[]): CostLaw | undefined {
  const laws = solved.flatMap((component) => (component.status === 'valued' ? [component.law] : []));
  const unknown = laws.length === 0 && solved.some((component) => component.status === 'unsupported');
  return unknown ? undefined : sum(laws);
}

function totalOf(solved: readonly Solved<unknown>[]): Total {
  const law = totalLaw(solved);
  return {
    cost: law === undefined ? null : distributionOf(law),
    unsupported: solved.filter((component) => component.status === 'unsupported').length,
  };
}

function valueItem(components: SolvedComponents): ItemValuation {
  return {
    total: totalOf(componentNames.map((name) => components[name])),
    components: {
      starforce: readOff(components.starforce),
      potential: readOff(components.potential),
      additionalPotential: readOff(components.additionalPotential),
      bonusOptions: readOff(components.bonusOptions),
    },
  };
}

function readOff<F>(solved: Solved<F>): ComponentValuation<F> {
  if (solved.status !== 'valued') return solved;
  return { status: 'valued', cost: distributionOf(solved.law), facts: solved.facts };
}

function valuePreset(preset: 1 | 2 | 3, items: readonly SolvedItem[], memo: Memo): PresetValuation {
  const solvedOf = (name: ComponentName) => items.map((item) => item.components[name]);
  const components = () => ({
    starforce: totalOf(solvedOf('starforce')),
    potential: totalOf(solvedOf('potential')),
    additionalPotential: totalOf(solvedOf('additionalPotential')),
    bonusOptions: totalOf(solvedOf('bonusOptions')),
  });
  const key = hash(['preset', ...items.map((item) => item.key)]);
  const total = () => totalOf(componentNames.flatMap(solvedOf));
  return { preset, ...memo(key, () => ({ total: total(), components: components() }), 'one') };
}

function dearest(presets: readonly PresetValuation[]): 1 | 2 | 3 | undefined {
  const meanOf = (preset: PresetValuation) => preset.total.cost?.mean ?? 0;
  const best = Math.max(...presets.map(meanOf));
  return presets.find((preset) => meanOf(preset) === best)?.preset;
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64');
}
