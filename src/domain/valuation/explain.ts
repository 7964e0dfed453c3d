import type { EquipmentPreset } from '../character/equipment.ts';
import type { ComponentName } from './component.ts';
import { componentNames } from './component.ts';
import type { Valuation } from './valuation.ts';

/** One component of one worn item and its part in the preset's expected cost. */
export interface Step {
  /** Index into the equipment's items. */
  readonly item: number;
  readonly component: ComponentName;
  /** Mesos. */
  readonly mean: number;
  /** Of the preset's mean, 0–1. */
  readonly share: number;
}

export interface Explanation {
  /** The dearest steps, dearest first. */
  readonly costliest: readonly Step[];
  /** Of the preset's mean, 0–1, per component; 0 where nothing is valued. */
  readonly shares: Readonly<Record<ComponentName, number>>;
  /** Expected destructions and spare copies consumed over all items of the preset. */
  readonly booms: number;
  readonly spares: number;
}

const STEPS = 10;

/** Where a preset's expected cost comes from. Ties keep the order of items and components. */
export function explainPreset(valuation: Valuation, preset: EquipmentPreset): Explanation {
  const value = valuation.presets.find((candidate) => candidate.preset === preset.preset);
  const total = value?.total.cost?.mean ?? 0;
  const shareOf = (mean: number) => (total > 0 ? mean / total : 0);
  const steps = preset.items.flatMap((item) =>
    componentNames.flatMap((component): Step[] => {
      const valued = valuation.items[item]?.components[component];
      if (valued?.status !== 'valued') return [];
      return [{ item, component, mean: valued.cost.mean, share: shareOf(valued.cost.mean) }];
    }),
  );
  const starForce = preset.items.flatMap((item) => {
    const component = valuation.items[item]?.components.starforce;
    return component?.status === 'valued' ? [component.facts] : [];
  });
  const shareOfComponent = (name: ComponentName) => shareOf(value?.components[name].cost?.mean ?? 0);
  return {
    costliest: steps.sort((a, b) => b.mean - a.mean).slice(0, STEPS),
    shares: {
      starforce: shareOfComponent('starforce'),
      potential: shareOfComponent('potential'),
      additionalPotential: shareOfComponent('additionalPotential'),
      bonusOptions: shareOfComponent('bonusOptions'),
    },
    booms: starForce.reduce((sum, facts) => sum + facts.booms, 0),
    spares: starForce.reduce((sum, facts) => sum + facts.spares, 0),
  };
}
