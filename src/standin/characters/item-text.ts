import { hexOf } from '../random.ts';
import { BONUS_NAMES, type BonusOptions } from './bonus-options.ts';
import type { CatalogueItem } from './catalogue.ts';

export interface PotentialTexts {
  readonly grade: string | null;
  readonly sealed: boolean;
  readonly lines: readonly [string | null, string | null, string | null];
}

/** All that varies between two copies of an item. */
export interface ItemState {
  readonly item: CatalogueItem;
  readonly slot: string;
  /** What the weapon's soul adds to, `null` where there is none. */
  readonly soul: string | null;
  readonly stars: number;
  readonly potential: PotentialTexts;
  readonly additionalPotential: PotentialTexts;
  readonly bonus: BonusOptions;
}

/**
 * An item as JSON text. Put together by hand, because load tests need tens of thousands of them a second: what is the
 * same for all copies of an item is written once.
 */
export function itemText(state: ItemState): string {
  const { item, stars, soul } = state;
  return (
    `${head(state)},${options(state)},` +
    `${potentialText('', state.potential)},${potentialText('additional_', state.additionalPotential)},` +
    `"equipment_level_increase":0,"growth_exp":0,"growth_level":0,"scroll_upgrade":"${item.armor === undefined ? 3 : 8}",` +
    `"cuttable_count":"255","golden_hammer_flag":"미적용","scroll_resilience_count":"0","scroll_upgradeable_count":"0",` +
    `"soul_name":${soul === null ? 'null' : '"위대한 시그너스의 소울 적용"'},` +
    `"soul_option":${soul === null ? 'null' : `"${soul} +3%"`},` +
    `"starforce":"${stars}","starforce_scroll_flag":"${item.quirk === 'scrolled' ? '사용' : '미사용'}",` +
    `"special_ring_level":${item.quirk === 'seed-ring' ? 4 : 0},"date_expire":null,"freestyle_flag":"0"}`
  );
}

const heads = new Map<string, string>();

function head({ item, slot }: ItemState): string {
  const key = `${slot}/${item.name}`;
  let text = heads.get(key);
  if (text === undefined) {
    const fields = {
      item_equipment_part: item.part,
      item_equipment_slot: slot,
      item_name: item.name,
      item_icon: icon(item.name),
      item_description: item.description ?? legend(item),
      item_shape_name: item.name,
      item_shape_icon: icon(item.name),
      item_gender: null,
    };
    text = JSON.stringify(fields).slice(0, -1);
    heads.set(key, text);
  }
  return text;
}

/** A description for items without their own, as long as the game's. */
function legend({ name, part }: CatalogueItem): string {
  return (
    `메이플 월드와 그란디스를 오간 모험가들 사이에 전해 내려오는 ${part}이다.\n` +
    `오랜 세월을 견딘 ${name}의 힘은 주인을 스스로 고른다고 하며, ` +
    `제 주인을 만난 뒤로는 좀처럼 그 곁을 떠나지 않는다고 한다.`
  );
}

/** An address like the API's, one per item name. */
function icon(name: string): string {
  const letters = hexOf(name, 6).replace(/./g, (digit) => 'ABCDEFGHIJKLMNOP'.charAt(parseInt(digit, 16)));
  return `https://open.api.nexon.com/static/maplestory/item/icon/KE${letters}`;
}

function potentialText(prefix: '' | 'additional_', { grade, sealed, lines }: PotentialTexts): string {
  return (
    `"${prefix}potential_option_grade":${quoted(grade)},"${prefix}potential_option_flag":"${sealed}",` +
    `"${prefix}potential_option_1":${quoted(lines[0])},"${prefix}potential_option_2":${quoted(lines[1])},` +
    `"${prefix}potential_option_3":${quoted(lines[2])}`
  );
}

/** Texts here hold nothing that JSON escapes. */
function quoted(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}

/** Where a sum of the option objects comes from: the blank item, its bonus options, scrolls and stars. */
interface Sums {
  readonly stats: number;
  readonly attack: number;
  readonly magic: number;
  readonly armor: number;
}

/** The option objects and their total, numbers as texts as the API has them. */
function options({ item, bonus, stars }: ItemState): string {
  const { stats = 0, attack = 0, magic = 0, armor = 0, level } = item;
  const base: Sums = { stats, attack, magic, armor };
  const power = Math.max(0, stars - 15) * 12;
  const starred: Sums = { stats: stars * 5, attack: power, magic: power, armor: Math.round((armor * stars) / 11) };
  const scrolled: Sums = { stats: item.armor === undefined ? 0 : 8, attack: 2, magic: 2, armor: 0 };
  const added = BONUS_NAMES.map((name, index) => {
    const value = bonus[index] ?? 0;
    return name === 'equipment_level_decrease' ? `"${name}":${value}` : `"${name}":"${value}"`;
  });
  return (
    `"item_total_option":{${total([base, starred, scrolled], bonus)}},` +
    `"item_base_option":{${sumsText(base)},"boss_damage":"0","ignore_monster_armor":"0","all_stat":"0",` +
    `"max_hp_rate":"0","max_mp_rate":"0","base_equipment_level":${level}},` +
    `"item_exceptional_option":{"str":"0","dex":"0","int":"0","luk":"0","max_hp":"0","max_mp":"0",` +
    `"attack_power":"0","magic_power":"0","exceptional_upgrade":0},` +
    `"item_add_option":{${added.join(',')}},` +
    `"item_etc_option":{${sumsText(scrolled)}},"item_starforce_option":{${sumsText(starred)}}`
  );
}

function sumsText({ stats, attack, magic, armor }: Sums): string {
  return (
    `"str":"${stats}","dex":"${stats}","int":"${stats}","luk":"${stats}","max_hp":"0","max_mp":"0",` +
    `"attack_power":"${attack}","magic_power":"${magic}","armor":"${armor}","speed":"0","jump":"0"`
  );
}

function total(parts: readonly Sums[], bonus: BonusOptions): string {
  const sum = (name: keyof Sums): number => parts.reduce((so, part) => so + part[name], 0);
  const stats = sum('stats');
  const own = [stats, stats, stats, stats, 0, 0, sum('attack'), sum('magic'), sum('armor')];
  const values = BONUS_NAMES.map((name, index) => {
    const value = (own[index] ?? 0) + (bonus[index] ?? 0);
    return name === 'equipment_level_decrease' ? `"${name}":${value}` : `"${name}":"${value}"`;
  });
  return `${values.join(',')},"ignore_monster_armor":"0","max_hp_rate":"0","max_mp_rate":"0"`;
}
