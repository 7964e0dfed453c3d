/**
 * A character's equipment in our own words: what the valuation needs and nothing else. Made from an upstream payload by
 * `normalise.ts`, carried by `SnapshotRecorded`, read by the valuation engine. Plain JSON, key order fixed.
 */

/** Potential grade as the game API names it, translated. */
export type Grade = 'rare' | 'epic' | 'unique' | 'legendary';

/** One potential (main or additional) of an item. `lines` are the exact Korean texts, `null` where the API had null. */
export interface PotentialState {
  /** `null`: no grade given. A grade text we do not know is kept verbatim in `unknownGrade`. */
  readonly grade: Grade | null;
  readonly unknownGrade?: string;
  /** The API's flag "true": the potential is sealed and its lines cannot be trusted. */
  readonly sealed: boolean;
  readonly lines: readonly [string | null, string | null, string | null];
}

/** Sums of the bonus options (flames): plain numbers, `allStat`, `damage`, `bossDamage` in percent. */
export interface BonusOptionSums {
  readonly str: number;
  readonly dex: number;
  readonly int: number;
  readonly luk: number;
  readonly maxHp: number;
  readonly maxMp: number;
  readonly attackPower: number;
  readonly magicPower: number;
  readonly armor: number;
  readonly speed: number;
  readonly jump: number;
  readonly bossDamage: number;
  readonly damage: number;
  readonly allStat: number;
  /** Reduction of the required level, as a positive number. */
  readonly levelDecrease: number;
}

/** One distinct item. Two worn items with equal fields are one item. */
export interface NormalisedItem {
  /** Where it is worn (`item_equipment_slot`), e.g. `모자`, `반지1`. */
  readonly slot: string;
  /** What it is (`item_equipment_part`), e.g. `모자`, `문서`. */
  readonly part: string;
  readonly name: string;
  readonly icon: string;
  /** Required level: the key of every cost table. */
  readonly level: number;
  readonly stars: number;
  /** `starforce_scroll_flag` was "사용": the item does not follow the star force tables. */
  readonly starScroll: boolean;
  /** Seed rings: > 0. */
  readonly specialRingLevel: number;
  readonly potential: PotentialState;
  readonly additionalPotential: PotentialState;
  readonly bonusOptions: BonusOptionSums;
  /** Attack and magic power of the blank item (weapon bonus options are a share of it). */
  readonly baseAttackPower: number;
  readonly baseMagicPower: number;
}

/** One of the three equipment presets: indices into `NormalisedEquipment.items`, in slot order (normalise.ts). */
export interface EquipmentPreset {
  readonly preset: 1 | 2 | 3;
  readonly items: readonly number[];
}

/** All equipment of a character: distinct items once, presets as references. Absent presets are left out. */
export interface NormalisedEquipment {
  /** The API's Korean class name, e.g. `에반`. */
  readonly characterClass: string;
  readonly characterLevel: number;
  readonly activePreset: 1 | 2 | 3;
  readonly items: readonly NormalisedItem[];
  readonly presets: readonly EquipmentPreset[];
}
