import type { EquipmentPreset, NormalisedEquipment, NormalisedItem } from './equipment.ts';
import { normaliseItem } from './normalise-item.ts';
import { PayloadError, type BasicPayload, type EquipmentPayload, type ItemPayload } from './payload.ts';

type PresetNumber = 1 | 2 | 3;

/**
 * Order in which the API lists what is worn. Its preset lists come in another order that changes with edits, so every
 * list is put into this one: the same equipment is the same value, and has the same fingerprint, however it was listed.
 */
const SLOT_ORDER: readonly string[] = [
  ...['모자', '얼굴장식', '눈장식', '귀고리', '상의', '하의', '신발', '장갑', '망토', '보조무기', '무기'],
  ...['반지1', '반지2', '반지3', '반지4', '펜던트', '훈장', '벨트', '어깨장식', '포켓 아이템', '기계 심장'],
  ...['뱃지', '엠블렘', '펜던트2', '안드로이드'],
];

/**
 * A character's equipment in our own words, from two payloads of the right shape. Distinct items appear once; dragon
 * and mechanic equipment have no components and are left out. The class is the equipment's own, else the profile's.
 * @throws PayloadError naming the field that cannot be calculated with (a non-number, an unknown preset, no level)
 */
export function normaliseEquipment(basic: BasicPayload, equipment: EquipmentPayload): NormalisedEquipment {
  const activePreset = presetNumber(equipment.preset_no ?? 1);
  const characterClass = equipment.character_class ?? basic.character_class;
  if (characterClass === null) throw new PayloadError('character_class', 'is null');

  const items: NormalisedItem[] = [];
  const indexByContent = new Map<string, number>();
  const indexOf = (item: NormalisedItem): number => {
    const content = JSON.stringify(item);
    const index = indexByContent.get(content) ?? items.push(item) - 1;
    indexByContent.set(content, index);
    return index;
  };
  const presets: EquipmentPreset[] = [];
  for (const preset of [1, 2, 3] as const) {
    const worn = wornItems(equipment, preset, activePreset);
    if (worn !== null) presets.push({ preset, items: worn.sort(bySlot).map(indexOf) });
  }
  return { characterClass, characterLevel: characterLevel(basic.character_level), activePreset, items, presets };
}

/** Items of a preset, `null` where the character has none. For the active preset `item_equipment` stands in. */
function wornItems(
  equipment: EquipmentPayload,
  preset: PresetNumber,
  activePreset: PresetNumber,
): NormalisedItem[] | null {
  const field = `item_equipment_preset_${preset}` as const;
  const own = equipment[field];
  const usesWorn = preset === activePreset && (equipment.preset_no === null || own === null || own.length === 0);
  if (usesWorn) return normaliseList(equipment.item_equipment, 'item_equipment');
  return own === null ? null : normaliseList(own, field);
}

function normaliseList(items: readonly ItemPayload[], field: string): NormalisedItem[] {
  return items.map((item, index) => normaliseItem(item, `${field}[${index}]`));
}

function bySlot(a: NormalisedItem, b: NormalisedItem): number {
  return slotRank(a) - slotRank(b) || (a.slot < b.slot ? -1 : Number(a.slot > b.slot));
}

function slotRank(item: NormalisedItem): number {
  const rank = SLOT_ORDER.indexOf(item.slot);
  return rank === -1 ? SLOT_ORDER.length : rank;
}

function presetNumber(value: number): PresetNumber {
  if (value !== 1 && value !== 2 && value !== 3) throw new PayloadError('preset_no', `${value} is not 1, 2 or 3`);
  return value;
}

function characterLevel(value: number | null): number {
  if (value === null || !Number.isSafeInteger(value) || value < 1) {
    throw new PayloadError('character_level', `${String(value)} is not a level`);
  }
  return value;
}
