import type { BasicPayload, EquipmentPayload, ItemPayload } from '../../../src/domain/character/payload.ts';

/** A worn item in the API's shape, for tests that care about a few of its fields. */
export function itemPayload(changes: Partial<ItemPayload> = {}): ItemPayload {
  return {
    item_equipment_part: '모자',
    item_equipment_slot: '모자',
    item_name: '에테르넬 메이지햇',
    item_icon: 'https://example.invalid/icon/HAT',
    item_base_option: { attack_power: '0', magic_power: '10', base_equipment_level: 250 },
    item_add_option: bonusOptionPayload(),
    potential_option_flag: 'false',
    potential_option_grade: '레전드리',
    potential_option_1: 'INT +13%',
    potential_option_2: 'INT +10%',
    potential_option_3: '올스탯 +7%',
    additional_potential_option_flag: 'false',
    additional_potential_option_grade: '유니크',
    additional_potential_option_1: '마력 +11',
    additional_potential_option_2: 'INT +4%',
    additional_potential_option_3: null,
    starforce: '22',
    starforce_scroll_flag: '미사용',
    special_ring_level: 0,
    ...changes,
  };
}

export function bonusOptionPayload(
  changes: Partial<ItemPayload['item_add_option']> = {},
): ItemPayload['item_add_option'] {
  const none = {
    str: '0',
    dex: '0',
    int: '0',
    luk: '0',
    max_hp: '0',
    max_mp: '0',
    attack_power: '0',
    magic_power: '0',
  };
  const rest = { armor: '0', speed: '0', jump: '0', boss_damage: '0', damage: '0', all_stat: '0' };
  return { ...none, ...rest, equipment_level_decrease: 0, ...changes };
}

/** Equipment with preset 1 active and alone. */
export function equipmentPayload(changes: Partial<EquipmentPayload> = {}): EquipmentPayload {
  return {
    character_class: '에반',
    preset_no: 1,
    item_equipment: [itemPayload()],
    item_equipment_preset_1: [itemPayload()],
    item_equipment_preset_2: null,
    item_equipment_preset_3: null,
    ...changes,
  };
}

export function basicPayload(changes: Partial<BasicPayload> = {}): BasicPayload {
  return {
    character_name: '강은호',
    world_name: '스카니아',
    character_class: '에반',
    character_level: 285,
    ...changes,
  };
}
