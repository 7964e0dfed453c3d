import type { Random } from '../random.ts';
import type { LineGroup } from './catalogue.ts';
import type { GameClass } from './classes.ts';

/**
 * Potential lines as the game words them: a part of the official tables, wide enough for believable items. A test holds
 * every line that can be drawn against the reference tables.
 */

export type Kind = 'main' | 'additional';
/** Grade of an item or a line; `normal` is what the lower lines of a rare item are. */
export type LineGrade = 'normal' | 'rare' | 'epic' | 'unique' | 'legendary';

const GRADES: readonly LineGrade[] = ['normal', 'rare', 'epic', 'unique', 'legendary'];

/** Value up to level 200 and from 201 on; one number for both. */
type Value = number | readonly [number, number];
type Values = Readonly<Partial<Record<LineGrade, Value | readonly Value[]>>>;

interface Row {
  readonly kind: Kind;
  readonly groups: readonly LineGroup[];
  /** `#` stands for the value. */
  readonly texts: readonly string[];
  readonly values: Values;
}

const WEAPONS: readonly LineGroup[] = ['weapon', 'secondary', 'emblem'];
const GARMENTS: readonly LineGroup[] = ['hat', 'gloves', 'armour'];
const OTHERS: readonly LineGroup[] = [...GARMENTS, 'accessory', 'heart'];
const STATS = ['STR', 'DEX', 'INT', 'LUK'];
const perNineLevels = STATS.map((stat) => `캐릭터 기준 9레벨 당 ${stat} +#`);
const percent = (names: readonly string[]): string[] => names.map((name) => `${name} +#%`);
const flat = (names: readonly string[]): string[] => names.map((name) => `${name} +#`);

const BIG: Values = { legendary: [[12, 13]], unique: [[9, 10]], epic: [[6, 7]] };
const rows: readonly Row[] = [
  {
    kind: 'main',
    groups: WEAPONS,
    texts: percent([...STATS, '공격력', '마력', '데미지']),
    values: { ...BIG, rare: 3 },
  },
  { kind: 'main', groups: WEAPONS, texts: ['올스탯 +#%'], values: { legendary: 9, unique: 6, epic: 3 } },
  {
    kind: 'main',
    groups: WEAPONS,
    texts: ['크리티컬 확률 +#%'],
    values: { legendary: 12, unique: 9, epic: 8, rare: 4 },
  },
  {
    kind: 'main',
    groups: WEAPONS,
    texts: ['몬스터 방어율 무시 +#%'],
    values: { legendary: [35, 40], unique: 30, epic: 15 },
  },
  {
    kind: 'main',
    groups: ['weapon', 'secondary'],
    texts: ['보스 몬스터 데미지 +#%'],
    values: { legendary: [35, 40], unique: 30 },
  },
  {
    kind: 'main',
    groups: OTHERS,
    texts: percent([...STATS, '최대 HP', '최대 MP']),
    values: { ...BIG, rare: [[3, 4]] },
  },
  {
    kind: 'main',
    groups: OTHERS,
    texts: ['올스탯 +#%'],
    values: { legendary: [[9, 10]], unique: [[6, 7]], epic: [[3, 4]] },
  },
  { kind: 'main', groups: ['hat'], texts: ['스킬 재사용 대기시간 -#초'], values: { legendary: [1, 2] } },
  { kind: 'main', groups: ['gloves'], texts: ['크리티컬 데미지 +#%'], values: { legendary: 8 } },
  { kind: 'main', groups: ['accessory'], texts: ['아이템 드롭률 +#%', '메소 획득량 +#%'], values: { legendary: 20 } },
  { kind: 'main', groups: GARMENTS, texts: ['피격 시 10% 확률로 데미지의 #% 무시'], values: { legendary: [20, 40] } },
  { kind: 'main', groups: OTHERS, texts: ['HP 회복 아이템 및 회복 스킬 효율 +#%'], values: { unique: 30 } },
  { kind: 'main', groups: [...WEAPONS, ...OTHERS], texts: flat(STATS), values: { rare: [[12, 13]], normal: 6 } },
  {
    kind: 'additional',
    groups: WEAPONS,
    texts: percent([...STATS, '공격력', '마력', '데미지']),
    values: { ...BIG, rare: 3 },
  },
  { kind: 'additional', groups: WEAPONS, texts: ['올스탯 +#%'], values: { legendary: 9, unique: 6, epic: 3 } },
  {
    kind: 'additional',
    groups: WEAPONS,
    texts: ['최대 HP +#%'],
    values: { legendary: 11, unique: 8, epic: 5, rare: 2 },
  },
  {
    kind: 'additional',
    groups: WEAPONS,
    texts: ['몬스터 방어율 무시 +#%'],
    values: { legendary: 5, unique: 4, epic: 3 },
  },
  {
    kind: 'additional',
    groups: ['weapon', 'secondary'],
    texts: ['보스 몬스터 데미지 +#%'],
    values: { legendary: 18, unique: 12 },
  },
  { kind: 'additional', groups: [...WEAPONS, ...OTHERS], texts: perNineLevels, values: { legendary: 2, unique: 1 } },
  { kind: 'additional', groups: [...WEAPONS, ...OTHERS], texts: flat(STATS), values: { normal: 6 } },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: percent(STATS),
    values: { legendary: [[8, 9]], unique: [[6, 7]], epic: [[4, 5]], rare: [[2, 3]] },
  },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: flat(STATS),
    values: { legendary: [[20, 21]], unique: [[18, 19]], epic: [[14, 15]], rare: [[10, 11]] },
  },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: flat(['공격력', '마력']),
    values: { legendary: [[16, 17]], unique: [[14, 15]], epic: [[11, 12]], rare: [[10, 11]] },
  },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: ['최대 HP +#%'],
    values: { legendary: [[11, 12]], unique: [[8, 9]], epic: [[5, 6]], rare: [[2, 3]] },
  },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: flat(['최대 HP', '최대 MP']),
    values: { legendary: [[360, 375]], unique: [[300, 315]], epic: [[180, 195]], rare: [[100, 125]] },
  },
  {
    kind: 'additional',
    groups: OTHERS,
    texts: ['올스탯 +#%'],
    values: { legendary: [[6, 7]], unique: [[5, 6]], epic: [[2, 3]] },
  },
  { kind: 'additional', groups: OTHERS, texts: ['아이템 드롭률 +#%', '메소 획득량 +#%'], values: { legendary: 5 } },
  { kind: 'additional', groups: GARMENTS, texts: ['크리티컬 데미지 +#%'], values: { legendary: 1 } },
  { kind: 'additional', groups: ['gloves'], texts: ['크리티컬 데미지 +#%'], values: { legendary: 3 } },
  { kind: 'additional', groups: ['hat'], texts: ['스킬 재사용 대기시간 -#초'], values: { legendary: 1 } },
];

/** Where a line is drawn from. */
export interface LinePool {
  readonly kind: Kind;
  readonly group: LineGroup;
  readonly grade: LineGrade;
  readonly level: number;
}

/** All lines of a pool. */
export function linesOf({ kind, group, grade, level }: LinePool): string[] {
  return rows
    .filter((row) => row.kind === kind && row.groups.includes(group))
    .flatMap(({ texts, values }) => {
      const given = values[grade];
      const list = given === undefined ? [] : Array.isArray(given) ? (given as readonly Value[]) : [given as number];
      const numbers = list.map((value) => (typeof value === 'number' ? value : value[level > 200 ? 1 : 0]));
      return texts.flatMap((text) => numbers.map((number) => text.replace('#', String(number))));
    });
}

/** Three lines of a potential, mostly such as its wearer would keep: an own-grade line and two that often are lower. */
export function drawLines(random: Random, wearer: GameClass, pool: LinePool): [string, string, string] {
  const lower = { ...pool, grade: GRADES[GRADES.indexOf(pool.grade) - 1] ?? 'normal' };
  const draw = (from: LinePool): string => {
    const { wanted, all } = sorted(wearer, from);
    return random.pick(wanted.length > 0 && random.chance(0.8) ? wanted : all);
  };
  return [draw(pool), draw(random.chance(0.2) ? pool : lower), draw(random.chance(0.05) ? pool : lower)];
}

interface SortedLines {
  readonly wanted: readonly string[];
  readonly all: readonly string[];
}
const cache = new Map<string, SortedLines>();

function sorted(wearer: GameClass, pool: LinePool): SortedLines {
  const key = `${wearer.name}/${pool.kind}/${pool.group}/${pool.grade}/${pool.level > 200}`;
  let lines = cache.get(key);
  if (lines === undefined) {
    const useful = [...wearer.stats, wearer.attack, '올스탯', '크리티컬 데미지', '재사용', '보스', '방어율'];
    const all = linesOf(pool);
    lines = { all, wanted: all.filter((line) => useful.some((word) => line.includes(word))) };
    cache.set(key, lines);
  }
  return lines;
}
