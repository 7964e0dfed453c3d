/** Which mechanics an item has, from where it is worn and (for two slots) what it is. */

/** Names of the potential pools, as callers of `/estimates` write them. */
export const poolSlots = [
  'weapon',
  'secondary',
  'forceShieldSoulRing',
  'shield',
  'emblem',
  'hat',
  'top',
  'bottom',
  'overall',
  'shoes',
  'gloves',
  'cape',
  'belt',
  'shoulder',
  'face',
  'eye',
  'earring',
  'ring',
  'pendant',
  'heart',
] as const;
export type PoolSlot = (typeof poolSlots)[number];

/** Weapons roll boss and damage percent where all other items roll speed and jump. */
export type FlameKind = 'weapon' | 'armor';

export interface SlotMechanics {
  /** `undefined`: the item has no potential. */
  readonly pool: PoolSlot | undefined;
  /** `where-starred`: the mechanic exists only on the parts that carry stars (shields and the like). */
  readonly starforce: 'yes' | 'no' | 'where-starred';
  /** `undefined`: the item has no bonus options. */
  readonly flame: FlameKind | undefined;
}

const armor = (pool: PoolSlot): SlotMechanics => ({ pool, starforce: 'yes', flame: 'armor' });
const starred = (pool: PoolSlot): SlotMechanics => ({ pool, starforce: 'yes', flame: undefined });
const secondary = (pool: PoolSlot): SlotMechanics => ({ pool, starforce: 'where-starred', flame: undefined });
const inert: SlotMechanics = { pool: undefined, starforce: 'no', flame: undefined };

/** By `item_equipment_slot`, byte-exact. */
const bySlot: ReadonlyMap<string, SlotMechanics> = new Map([
  ['무기', { pool: 'weapon', starforce: 'yes', flame: 'weapon' } as const],
  ['보조무기', secondary('secondary')],
  ['엠블렘', { pool: 'emblem', starforce: 'no', flame: undefined } as const],
  ['모자', armor('hat')],
  ['상의', armor('top')],
  ['하의', armor('bottom')],
  ['신발', armor('shoes')],
  ['장갑', armor('gloves')],
  ['망토', armor('cape')],
  ['벨트', armor('belt')],
  ['얼굴장식', armor('face')],
  ['눈장식', armor('eye')],
  ['귀고리', armor('earring')],
  ['펜던트', armor('pendant')],
  ['펜던트2', armor('pendant')],
  ['반지1', starred('ring')],
  ['반지2', starred('ring')],
  ['반지3', starred('ring')],
  ['반지4', starred('ring')],
  ['어깨장식', starred('shoulder')],
  ['기계 심장', starred('heart')],
  ['포켓 아이템', { pool: undefined, starforce: 'no', flame: 'armor' } as const],
  ['훈장', inert],
  ['뱃지', inert],
  ['안드로이드', inert],
]);

/** By slot and `item_equipment_part`: the two slots where the part decides. */
const bySlotAndPart: ReadonlyMap<string, SlotMechanics> = new Map([
  ['보조무기/방패', secondary('shield')],
  ['보조무기/포스실드', secondary('forceShieldSoulRing')],
  ['보조무기/소울링', secondary('forceShieldSoulRing')],
  ['상의/한벌옷', armor('overall')],
]);

/** The mechanics of an item, or `undefined` for a slot we do not know (everything about it is `unknown-slot`). */
export function mechanicsOf(slot: string, part: string): SlotMechanics | undefined {
  return bySlotAndPart.get(`${slot}/${part}`) ?? bySlot.get(slot);
}
