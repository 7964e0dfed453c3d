import type { Assumptions } from './assumptions.ts';
import type { BonusOptionFacts } from './bonus-options/solve.ts';
import type { ComponentName, None, Unsupported } from './component.ts';
import type { Distribution } from './distribution/distribution.ts';
import type { PotentialFacts } from './potential/solve.ts';
import type { StarForceFacts } from './starforce/solve.ts';

/** What each component tells beside its cost. */
export interface Facts {
  readonly starforce: StarForceFacts;
  readonly potential: PotentialFacts;
  readonly additionalPotential: PotentialFacts;
  readonly bonusOptions: BonusOptionFacts;
}

/** A component of an item, its law read off: money in mesos, not rounded. */
export type ComponentValuation<F> =
  None | Unsupported<F> | { readonly status: 'valued'; readonly cost: Distribution; readonly facts: F };

export type ComponentValuations = { readonly [C in ComponentName]: ComponentValuation<Facts[C]> };

/**
 * A sum over independent components. `cost` leaves out what is unsupported and says how many that are; it is `null` when
 * nothing could be valued and something is unsupported, and a certain 0 when there is nothing to pay at all.
 */
export interface Total {
  readonly cost: Distribution | null;
  readonly unsupported: number;
}

export interface ItemValuation {
  readonly total: Total;
  readonly components: ComponentValuations;
}

export interface PresetValuation {
  readonly preset: 1 | 2 | 3;
  readonly total: Total;
  readonly components: Readonly<Record<ComponentName, Total>>;
}

/** What a character's equipment costs to rebuild, under named rules and assumptions. */
export interface Valuation {
  readonly ruleSet: string;
  /** Content hash of the rule tables, `sha256:…`. */
  readonly tables: string;
  readonly engine: string;
  readonly assumptions: Assumptions;
  /** Aligned with `NormalisedEquipment.items`. */
  readonly items: readonly ItemValuation[];
  /** Aligned with `NormalisedEquipment.presets`. */
  readonly presets: readonly PresetValuation[];
  readonly activePreset: 1 | 2 | 3;
  /** The preset with the largest mean; the lower number where equal. */
  readonly maxPreset: 1 | 2 | 3;
}
