/**
 * What the game's open API says about a character, as far as the valuation reads it: the official names, numbers as the
 * texts they come as. The upstream client checks bodies against these shapes; `normalise.ts` reads them.
 */

/** `character/basic`. A character that has not been played for long answers with nulls. */
export interface BasicPayload {
  readonly character_name: string | null;
  readonly world_name: string | null;
  readonly character_class: string | null;
  readonly character_level: number | null;
}

/** `character/item-equipment`. `item_equipment` is what is worn now: the active preset, not a fourth one. */
export interface EquipmentPayload {
  readonly character_class: string | null;
  readonly preset_no: number | null;
  readonly item_equipment: readonly ItemPayload[];
  readonly item_equipment_preset_1: readonly ItemPayload[] | null;
  readonly item_equipment_preset_2: readonly ItemPayload[] | null;
  readonly item_equipment_preset_3: readonly ItemPayload[] | null;
}

/** One worn item. */
export interface ItemPayload {
  readonly item_equipment_part: string;
  readonly item_equipment_slot: string;
  readonly item_name: string;
  readonly item_icon: string;
  readonly item_base_option: {
    readonly attack_power: string;
    readonly magic_power: string;
    readonly base_equipment_level: number;
  };
  readonly item_add_option: BonusOptionPayload;
  readonly potential_option_flag: string | null;
  readonly potential_option_grade: string | null;
  readonly potential_option_1: string | null;
  readonly potential_option_2: string | null;
  readonly potential_option_3: string | null;
  readonly additional_potential_option_flag: string | null;
  readonly additional_potential_option_grade: string | null;
  readonly additional_potential_option_1: string | null;
  readonly additional_potential_option_2: string | null;
  readonly additional_potential_option_3: string | null;
  readonly starforce: string;
  readonly starforce_scroll_flag: string;
  readonly special_ring_level: number;
}

/** Sums of the bonus options, as texts; the level reduction alone is a number. */
export interface BonusOptionPayload {
  readonly str: string;
  readonly dex: string;
  readonly int: string;
  readonly luk: string;
  readonly max_hp: string;
  readonly max_mp: string;
  readonly attack_power: string;
  readonly magic_power: string;
  readonly armor: string;
  readonly speed: string;
  readonly jump: string;
  readonly boss_damage: string;
  readonly damage: string;
  readonly all_stat: string;
  readonly equipment_level_decrease: number;
}

/** A payload of the right shape whose content cannot be calculated with: the same body will fail again. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
  /** Path of the value at fault, e.g. `item_equipment_preset_1[3].starforce`. */
  readonly field: string;

  constructor(field: string, what: string) {
    super(`${field}: ${what}`);
    this.field = field;
  }
}
