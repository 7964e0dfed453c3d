import type { BonusOptionSums, Grade, NormalisedItem, PotentialState } from './equipment.ts';
import { PayloadError, type BonusOptionPayload, type ItemPayload } from './payload.ts';

const GRADES: ReadonlyMap<string, Grade> = new Map([
  ['레어', 'rare'],
  ['에픽', 'epic'],
  ['유니크', 'unique'],
  ['레전드리', 'legendary'],
]);

/** Texts of `starforce_scroll_flag`: the words are what the API sends, the digits what its documentation says. */
const STAR_SCROLL: ReadonlyMap<string, boolean> = new Map([
  ['사용', true],
  ['1', true],
  ['미사용', false],
  ['0', false],
]);

const SEALED: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/**
 * One worn item in our own words.
 * @param field path of the item in the payload, for errors
 * @throws PayloadError naming the field that is no whole number or whose text has no known meaning
 */
export function normaliseItem(item: ItemPayload, field: string): NormalisedItem {
  const base = item.item_base_option;
  return {
    slot: item.item_equipment_slot,
    part: item.item_equipment_part,
    name: item.item_name,
    icon: item.item_icon,
    level: count(base.base_equipment_level, `${field}.item_base_option.base_equipment_level`),
    stars: count(wholeNumber(item.starforce, `${field}.starforce`), `${field}.starforce`),
    starScroll: flag(STAR_SCROLL, item.starforce_scroll_flag, `${field}.starforce_scroll_flag`),
    specialRingLevel: count(item.special_ring_level, `${field}.special_ring_level`),
    potential: potential(item, '', field),
    additionalPotential: potential(item, 'additional_', field),
    bonusOptions: bonusOptions(item.item_add_option, `${field}.item_add_option`),
    baseAttackPower: wholeNumber(base.attack_power, `${field}.item_base_option.attack_power`),
    baseMagicPower: wholeNumber(base.magic_power, `${field}.item_base_option.magic_power`),
  };
}

function potential(item: ItemPayload, kind: '' | 'additional_', field: string): PotentialState {
  const gradeText = item[`${kind}potential_option_grade`];
  const grade = gradeText === null ? null : (GRADES.get(gradeText) ?? null);
  const sealed = item[`${kind}potential_option_flag`];
  return {
    grade,
    ...(gradeText !== null && grade === null && { unknownGrade: gradeText }),
    sealed: sealed !== null && flag(SEALED, sealed, `${field}.${kind}potential_option_flag`),
    lines: [item[`${kind}potential_option_1`], item[`${kind}potential_option_2`], item[`${kind}potential_option_3`]],
  };
}

function bonusOptions(option: BonusOptionPayload, field: string): BonusOptionSums {
  const sum = (name: Exclude<keyof BonusOptionPayload, 'equipment_level_decrease'>): number =>
    wholeNumber(option[name], `${field}.${name}`);
  return {
    str: sum('str'),
    dex: sum('dex'),
    int: sum('int'),
    luk: sum('luk'),
    maxHp: sum('max_hp'),
    maxMp: sum('max_mp'),
    attackPower: sum('attack_power'),
    magicPower: sum('magic_power'),
    armor: sum('armor'),
    speed: sum('speed'),
    jump: sum('jump'),
    bossDamage: sum('boss_damage'),
    damage: sum('damage'),
    allStat: sum('all_stat'),
    levelDecrease: count(Math.abs(option.equipment_level_decrease), `${field}.equipment_level_decrease`),
  };
}

/** A whole number from its text, strictly: no spaces, separators, exponents or empty text pass. */
function wholeNumber(text: string, field: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new PayloadError(field, `${JSON.stringify(text)} is not a whole number`);
  // "-0" reads as 0: the two would be different texts of one item.
  return Number(text) + 0;
}

function count(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new PayloadError(field, `${value} is not a count`);
  return value;
}

function flag(meaning: ReadonlyMap<string, boolean>, text: string, field: string): boolean {
  const value = meaning.get(text);
  if (value === undefined) throw new PayloadError(field, `${JSON.stringify(text)} is not a known value`);
  return value;
}
