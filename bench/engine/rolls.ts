import type { NormalisedEquipment } from '../../src/domain/character/equipment.ts';
import { jobOf } from '../../src/domain/valuation/jobs.ts';
import { contributionTo, type GoalKey } from '../../src/domain/valuation/potential/goal.ts';
import type { Demand, Roll } from '../../src/domain/valuation/potential/roll.ts';
import { bandOf, rollPools } from '../../src/domain/valuation/potential/rules.ts';
import type { PotentialFacts } from '../../src/domain/valuation/potential/solve.ts';
import type { RuleSet } from '../../src/domain/valuation/rules.ts';
import { mechanicsOf } from '../../src/domain/valuation/slots.ts';
import type { Valuation } from '../../src/domain/valuation/valuation.ts';

/** One roll and what it must bring, as the engine found it on an item. */
export interface RollCase {
  readonly name: string;
  readonly roll: Roll;
  readonly demands: readonly Demand[];
  /** The engine's probability of one roll. */
  readonly probability: number;
}

/** Every different potential of a valued character that takes rolls. */
export function rollCases(equipment: NormalisedEquipment, ruleSet: RuleSet, valuation: Valuation): RollCase[] {
  const cases = new Map<string, RollCase>();
  for (const [index, item] of equipment.items.entries())
    for (const kind of ['main', 'additional'] as const) {
      const valued = valuation.items[index]?.components[kind === 'main' ? 'potential' : 'additionalPotential'];
      if (valued?.status !== 'valued' || item.potential.lines[2] === null) continue;
      const { facts } = valued;
      const pool = mechanicsOf(item.slot, item.part)?.pool;
      const rules = ruleSet.potential;
      const band = rules && bandOf(rules, item.level);
      const method = rules?.methods[kind].get(facts.method);
      const pools = pool && band && method && rollPools(method, { band, slot: pool }, facts.grade);
      if (!rules || !pools) throw new Error(`no pools for what was valued: ${item.name}`);
      const name = [kind, band, pool, facts.grade, JSON.stringify(facts.goal)].join(' ');
      const roll: Roll = { pools, caps: rules.caps, lineCount: 3 };
      const demands = demandsOf(facts, equipment);
      cases.set(name, { name, roll, demands, probability: facts.trials.probability });
    }
  return [...cases.values()].filter(({ demands }) => demands.length > 0);
}

function demandsOf({ goal }: PotentialFacts, { characterClass, characterLevel }: NormalisedEquipment): Demand[] {
  const job = jobOf(characterClass);
  return (Object.entries(goal) as [GoalKey, number][]).map(([key, least]) => {
    const contribution = contributionTo(key, job && { job, characterLevel });
    if (contribution === undefined) throw new Error(`nobody knows what adds to ${key}`);
    return { contribution, least };
  });
}
