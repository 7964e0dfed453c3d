import type { NormalisedEquipment } from '../character/equipment.ts';
import type { Assumptions } from './assumptions.ts';
import { rounded } from './compact.ts';
import { componentNames } from './component.ts';
import { chanceWithin, curve, distribution } from './distribution/distribution.ts';
import type { Memo } from './memo.ts';
import type { RuleSet } from './rules.ts';
import { solveItems, totalLaw, wornItems } from './valuate.ts';

/** Points of a chart of the distribution function. */
const POINTS = 100;

export interface ChancesRequest {
  readonly equipment: NormalisedEquipment;
  readonly ruleSet: RuleSet;
  readonly assumptions: Assumptions;
  readonly preset: 1 | 2 | 3;
  /** Mesos; without one only the distribution is told. */
  readonly budget: number | undefined;
  readonly memo?: Memo;
}

/**
 * The answer to `GET …/distribution` for a preset's total, as plain data: its distribution, the chance to be done within
 * the budget, and points of the distribution function for a chart up to the 99 % quantile. `null` where nothing is valued
 * and something is unsupported; an absent preset has nothing to pay.
 */
export function chances(request: ChancesRequest): Record<string, unknown> {
  const { equipment, ruleSet, assumptions, budget } = request;
  const preset = equipment.presets.find((candidate) => candidate.preset === request.preset);
  const items = preset ? wornItems(preset, solveItems(equipment, ruleSet, assumptions, request.memo)) : [];
  const solved = items.flatMap((item) => componentNames.map((name) => item.components[name]));
  const law = totalLaw(solved);
  const unsupportedComponents = solved.filter((component) => component.status === 'unsupported').length;
  const shared = { preset: request.preset, unsupportedComponents };
  if (law === undefined) return { ...shared, total: null };
  const total = distribution(law);
  const within = budget === undefined ? {} : { budget, probability: probability(chanceWithin(law, budget)) };
  const points = total.p99 > 0 ? curve(law, total.p99, POINTS) : [{ cost: 0, probability: 1 }];
  return {
    ...shared,
    total: rounded(total, 'cost'),
    ...within,
    points: points.map((point) => ({ cost: Math.round(point.cost), probability: probability(point.probability) })),
  };
}

function probability(value: number): number {
  return rounded(value, 'probability') as number;
}
