import { z } from 'zod';
import type { BasicPayload, EquipmentPayload, ItemPayload } from '../../domain/character/payload.ts';

/**
 * What the calculation needs of each body, and nothing else: a field that is new or not read here may come and go, one
 * that is read must be there with its type. What its text says is checked where it is read (domain/character).
 */
const text = z.string();
const textOrNull = z.string().nullable();

const bonusOptions: z.ZodType<ItemPayload['item_add_option']> = z.object({
  str: text,
  dex: text,
  int: text,
  luk: text,
  max_hp: text,
  max_mp: text,
  attack_power: text,
  magic_power: text,
  armor: text,
  speed: text,
  jump: text,
  boss_damage: text,
  damage: text,
  all_stat: text,
  equipment_level_decrease: z.number(),
});

const item: z.ZodType<ItemPayload> = z.object({
  item_equipment_part: text,
  item_equipment_slot: text,
  item_name: text,
  item_icon: text,
  item_base_option: z.object({ attack_power: text, magic_power: text, base_equipment_level: z.number() }),
  item_add_option: bonusOptions,
  potential_option_flag: textOrNull,
  potential_option_grade: textOrNull,
  potential_option_1: textOrNull,
  potential_option_2: textOrNull,
  potential_option_3: textOrNull,
  additional_potential_option_flag: textOrNull,
  additional_potential_option_grade: textOrNull,
  additional_potential_option_1: textOrNull,
  additional_potential_option_2: textOrNull,
  additional_potential_option_3: textOrNull,
  starforce: text,
  starforce_scroll_flag: text,
  special_ring_level: z.number(),
});

const preset = z.array(item).nullable();

/** Body of `id`. An ocid becomes part of addresses and stream names, so it is held to plain characters. */
export const idSchema: z.ZodType<{ readonly ocid: string }> = z.object({
  ocid: z.string().regex(/^[0-9A-Za-z_-]{1,128}$/),
});

/** Body of `character/basic`. */
export const basicSchema: z.ZodType<BasicPayload> = z.object({
  character_name: textOrNull,
  world_name: textOrNull,
  character_class: textOrNull,
  character_level: z.number().nullable(),
});

/** Body of `character/item-equipment`. */
export const equipmentSchema: z.ZodType<EquipmentPayload> = z.object({
  character_class: textOrNull,
  preset_no: z.number().nullable(),
  item_equipment: z.array(item),
  item_equipment_preset_1: preset,
  item_equipment_preset_2: preset,
  item_equipment_preset_3: preset,
});
