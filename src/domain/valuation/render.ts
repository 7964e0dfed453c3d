import type { NormalisedEquipment, NormalisedItem, PotentialState } from '../character/equipment.ts';
import type { CharacterFacts } from '../character/snapshot.ts';
import type { CompactValuation } from './compact.ts';
import { expandValuation, rounded } from './compact.ts';
import { componentNames } from './component.ts';
import type { Step } from './explain.ts';
import { explainPreset } from './explain.ts';
import type { ComponentValuation, ItemValuation, PresetValuation, Total, Valuation } from './valuation.ts';

/** What the upstream's terms ask every answer to say. */
export const ATTRIBUTION = 'Data based on NEXON Open API';

export interface ExpectationInputs {
  readonly character: CharacterFacts;
  /** The snapshot's equipment: the compact valuation is aligned with its items. */
  readonly equipment: NormalisedEquipment;
  readonly valuation: CompactValuation;
  /** ISO-8601 moment of the snapshot. */
  readonly asOf: string;
  readonly freshness: 'fresh' | 'stale' | 'updating';
  readonly fingerprint: string;
}

/**
 * The answer to `GET …/expectation` as plain data, keys in a fixed order: `freshness` and `asOf` first, so that ready
 * bytes can be given another head. Money in whole mesos, other estimates with at most nine significant digits.
 */
export function renderExpectation(inputs: ExpectationInputs): Record<string, unknown> {
  const { character, equipment, fingerprint } = inputs;
  const valuation = expandValuation(inputs.valuation);
  const { activePreset, maxPreset } = valuation;
  const { cost, unsupported } = totalOf(valuation, activePreset);
  return {
    freshness: inputs.freshness,
    asOf: inputs.asOf,
    character: {
      name: character.name,
      ocid: character.ocid,
      world: character.world,
      class: character.class,
      level: character.level,
    },
    snapshotFingerprint: fingerprint,
    ruleSet: valuation.ruleSet,
    tables: valuation.tables,
    engine: valuation.engine,
    assumptions: valuation.assumptions,
    activePreset,
    total: cost,
    maxPreset,
    maxTotal: totalOf(valuation, maxPreset).cost,
    unsupportedComponents: unsupported,
    presets: valuation.presets.map((preset) => renderPreset(preset, valuation, equipment)),
    attribution: ATTRIBUTION,
  };
}

/** The total of a preset; nothing to pay where the character has no such preset. */
export function totalOf(valuation: Valuation, number: number): Total {
  return valuation.presets.find(({ preset }) => preset === number)?.total ?? nothing;
}

const nothing: Total = {
  cost: { mean: 0, sd: 0, p10: 0, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0 },
  unsupported: 0,
};

function renderPreset(value: PresetValuation, valuation: Valuation, equipment: NormalisedEquipment): object {
  const preset = equipment.presets.find((candidate) => candidate.preset === value.preset);
  if (preset === undefined) throw new Error(`the valuation has a preset ${value.preset} that the snapshot has not`);
  const { shares, costliest, booms, spares } = explainPreset(valuation, preset);
  const components = componentNames.map((name) => [name, renderTotal(value.components[name], shares[name])]);
  const items = preset.items.map((index) => {
    const [item, itemValue] = [equipment.items[index], valuation.items[index]];
    if (item === undefined || itemValue === undefined) throw new Error(`preset ${value.preset} lists no item ${index}`);
    return renderItem(item, itemValue);
  });
  return {
    preset: value.preset,
    total: value.total.cost,
    unsupportedComponents: value.total.unsupported,
    components: Object.fromEntries(components) as object,
    booms: rounded(booms, 'booms'),
    spares: rounded(spares, 'spares'),
    costliest: costliest.map((step) => renderStep(step, equipment)),
    items,
  };
}

/** A sum as a component: valued as far as anything in it is. */
function renderTotal({ cost, unsupported }: Total, share: number): object {
  if (cost === null) return { status: 'unsupported', reason: `${unsupported} items unsupported` };
  if (cost.mean === 0) return { status: 'none' };
  return { status: 'valued', cost, share: rounded(share, 'share'), unsupportedComponents: unsupported };
}

function renderStep({ item, component, mean, share }: Step, equipment: NormalisedEquipment): object {
  const { slot, name } = equipment.items[item] ?? {};
  return { slot, name, component, mean, share: rounded(share, 'share') };
}

function renderItem(item: NormalisedItem, { total, components }: ItemValuation): object {
  return {
    slot: item.slot,
    part: item.part,
    name: item.name,
    level: Number.isFinite(item.level) ? item.level : null,
    icon: item.icon,
    total: total.cost,
    unsupportedComponents: total.unsupported,
    starforce: renderComponent(components.starforce, {}),
    potential: renderComponent(components.potential, linesOf(item.potential)),
    additionalPotential: renderComponent(components.additionalPotential, linesOf(item.additionalPotential)),
    bonusOptions: renderComponent(components.bonusOptions, {}),
  };
}

function linesOf({ grade, lines }: PotentialState): object {
  const texts = lines.filter((line) => line !== null);
  return texts.length === 0 ? {} : { grade, lines: texts };
}

/** The component with what the item itself says about it; the cost last, after what led to it. */
function renderComponent(component: ComponentValuation<object>, shown: object): object {
  switch (component.status) {
    case 'none':
      return { ...component, ...shown };
    case 'unsupported':
      return { status: component.status, reason: component.reason, ...shown, ...component.facts };
    case 'valued':
      return { status: component.status, ...shown, ...component.facts, cost: component.cost };
  }
}
