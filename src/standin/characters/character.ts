import { createRandom, hexOf } from '../random.ts';
import { slots, type Slot } from './catalogue.ts';
import type { GameClass } from './classes.ts';
import { makeItem } from './item.ts';

/** A character the stand-in knows: its bodies in the official response shape. */
export interface StandinCharacter {
  readonly name: string;
  readonly basic: () => Buffer;
  readonly equipment: () => Buffer;
}

export interface CharacterOrder {
  readonly name: string;
  readonly world: string;
  readonly wearer: GameClass;
  readonly level: number;
  readonly activePreset: 1 | 2 | 3;
  /** Everything about the equipment follows from this text. */
  readonly seed: string;
  /** Seed of the item in a slot, where many characters share a stock of items; by default each item is its own. */
  readonly itemSeed?: (slot: Slot, pick: number) => string;
  /** Share of items that cannot be valued, or not wholly. */
  readonly quirks: number;
}

/** Share of the first preset's items that the second and the third have too. */
const SHARED = [0.55, 0.75] as const;

const TITLE = JSON.stringify({
  title_name: '예티X핑크빈',
  title_icon: 'https://open.api.nexon.com/static/maplestory/item/icon/KGICLBGC',
  title_description: '올스탯 +20\n최대 HP/최대 MP +1000\n공격력/마력+10\n보스 몬스터 데미지+10%',
  date_expire: null,
  date_option_expire: null,
  title_shape_name: null,
  title_shape_icon: null,
  title_shape_description: null,
});

/** `character/basic`. */
export function makeBasic({ name, world, wearer, level, seed }: CharacterOrder): Buffer {
  const look = hexOf(`${seed}/look`, 64).toUpperCase().repeat(12);
  return toJson({
    date: null,
    character_name: name,
    world_name: world,
    character_gender: '남',
    character_class: wearer.name,
    character_class_level: '6',
    character_level: level,
    character_exp: 492339324181884,
    character_exp_rate: '56.565',
    character_guild_name: null,
    character_image: `https://open.api.nexon.com/static/maplestory/character/look/${look}`,
    character_date_create: '2020-01-16T00:00+09:00',
    access_flag: 'true',
    liberation_quest_clear: '2',
  });
}

/** `character/item-equipment`: three presets of 24 items, the active one repeated as what is worn. */
export function makeEquipment(order: CharacterOrder): Buffer {
  const lists = makePresets(order).map(toList);
  const parts = [
    `{"date":null,"character_gender":"남","character_class":${JSON.stringify(order.wearer.name)},`,
    `"preset_no":${order.activePreset},"item_equipment":`,
    lists[order.activePreset - 1] ?? '[]',
    ...lists.flatMap((list, index) => [`,"item_equipment_preset_${index + 1}":`, list]),
    `,"title":${TITLE},"medal_shape":null,"dragon_equipment":${order.wearer.name === '에반' ? DRAGON : '[]'},`,
    `"mechanic_equipment":[]}`,
  ];
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Items as a JSON array. Each is encoded once however many presets it is in. */
function toList(items: readonly Buffer[]): Buffer {
  const comma = Buffer.from(',');
  const separated = items.flatMap((item, index) => (index === 0 ? [item] : [comma, item]));
  return Buffer.concat([Buffer.from('['), ...separated, Buffer.from(']')]);
}

function makePresets(order: CharacterOrder): Buffer[][] {
  const random = createRandom(order.seed);
  const itemSeed = order.itemSeed ?? ((slot: Slot, pick: number) => `${order.seed}/${slot.slot}/${pick}`);
  const make = (slot: Slot): Buffer => {
    const quirky = random.chance(order.quirks);
    const seed = `${itemSeed(slot, random.below(2 ** 31))}/${quirky}`;
    return Buffer.from(makeItem({ seed, wearer: order.wearer, slot, quirky }));
  };
  const first = slots.map(make);
  const other = (share: number): Buffer[] => first.map((item, index) => keepOr(item, index, share));
  const keepOr = (item: Buffer, index: number, share: number): Buffer => {
    const slot = slots[index];
    return slot === undefined || random.chance(share) ? item : make(slot);
  };
  return [first, ...SHARED.map(other)];
}

const DRAGON_SLOT: Pick<Slot, 'lines' | 'stars' | 'bonusOptions'> = { lines: null, stars: false, bonusOptions: null };
const DRAGON_WEARER = { name: '드래곤', job: '마법사', stats: ['INT'], attack: '마력', weapons: [] } as const;

/** What Evan's dragon wears: items without potentials, of no interest to anybody but there. */
const DRAGON = `[${['드래곤 모자', '드래곤 목걸이', '드래곤 날개장식', '드래곤 꼬리장식'].map(dragonItem).join(',')}]`;

function dragonItem(part: string): string {
  const item = { part, name: `어비스 ${part.slice(4)}`, level: 125, stats: 10, magic: 1, armor: 40 };
  const wearer: GameClass = { ...DRAGON_WEARER, secondary: item, emblem: item };
  const text = makeItem({
    seed: part,
    wearer,
    slot: { ...DRAGON_SLOT, slot: part, items: () => [item] },
    quirky: false,
  });
  const fields = Object.entries(JSON.parse(text) as object).filter(([name]) => !name.includes('potential_option'));
  return JSON.stringify(Object.fromEntries(fields));
}

/** A body of the stand-in's. */
export function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
