import type { Random } from '../random.ts';
import type { CatalogueItem } from './catalogue.ts';
import type { GameClass } from './classes.ts';

/** Names of the API under which bonus options are summed, in its order. */
export const BONUS_NAMES = [
  ...['str', 'dex', 'int', 'luk', 'max_hp', 'max_mp', 'attack_power', 'magic_power', 'armor'],
  ...['speed', 'jump', 'boss_damage', 'damage', 'all_stat', 'equipment_level_decrease'],
] as const;

const [STR, DEX, INT, LUK, HP, MP, ATT, MATT, ARMOR, SPEED, JUMP, BOSS, DAMAGE, ALL, LEVEL] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
] as const;
const LAST_SINGLE = LUK;

/** Sums in the order of `BONUS_NAMES`. */
export type BonusOptions = number[];

const PAIRS = [
  ...[
    [STR, DEX],
    [STR, INT],
    [STR, LUK],
  ],
  ...[
    [DEX, INT],
    [DEX, LUK],
    [INT, LUK],
  ],
];
const SHARED = [STR, DEX, INT, LUK, HP, MP, LEVEL, ARMOR, ATT, MATT, ALL];
/** The 19 options of each kind, each with the sums it adds to. */
const OPTIONS = {
  weapon: [...[...SHARED, BOSS, DAMAGE].map((name) => [name]), ...PAIRS],
  armour: [...[...SHARED, SPEED, JUMP].map((name) => [name]), ...PAIRS],
};

/** How many rolls the owner made before keeping the best. */
const ROLLS = 8;

/** An item that can have bonus options. */
export interface BonusTarget {
  readonly item: CatalogueItem;
  readonly kind: 'weapon' | 'armour';
}

/** No bonus options. */
export function noBonusOptions(): BonusOptions {
  return BONUS_NAMES.map(() => 0);
}

/** Bonus options that can occur on the item: the best of a few rolls for its wearer. */
export function drawBonusOptions(random: Random, wearer: GameClass, target: BonusTarget): BonusOptions {
  let best = roll(random, target);
  let bestWorth = worth(best, wearer);
  for (let count = 1; count < ROLLS; count += 1) {
    const other = roll(random, target);
    const otherWorth = worth(other, wearer);
    if (otherWorth > bestWorth) [best, bestWorth] = [other, otherWorth];
  }
  return best;
}

/** One roll by the game's rules: four lines on boss items, else one to four; no option twice; stages by the flame. */
function roll(random: Random, target: BonusTarget): BonusOptions {
  const sums = noBonusOptions();
  const boss = target.item.boss === true;
  const taken = new Set<readonly number[]>();
  const lines = boss ? 4 : drawLineCount(random);
  while (taken.size < lines) {
    const option = random.pick<readonly number[]>(OPTIONS[target.kind]);
    if (taken.has(option)) continue;
    taken.add(option);
    const stage = drawStage(random) + (boss ? 2 : 0);
    for (const name of option) sums[name] = (sums[name] ?? 0) + amount(name, option.length, stage, target);
  }
  return sums;
}

function drawLineCount(random: Random): number {
  const at = random.next();
  if (at < 0.4) return 1;
  return at < 0.8 ? 2 : at < 0.96 ? 3 : 4;
}

/** Stage of a normal item under the eternal flame. */
function drawStage(random: Random): number {
  const at = random.next();
  if (at < 0.29) return 2;
  return at < 0.74 ? 3 : at < 0.99 ? 4 : 5;
}

/** What one option of a stage adds to a sum; `width` is how many sums the option adds to. */
function amount(name: number, width: number, stage: number, { item, kind }: BonusTarget): number {
  const { level } = item;
  if (width === 2) return (Math.floor(level / 40) + 1) * stage;
  if (name <= LAST_SINGLE || name === ARMOR) return (level >= 250 ? 12 : Math.floor(level / 20) + 1) * stage;
  if (name === HP || name === MP) return (level >= 250 ? 700 : 3 * level) * stage;
  if (name === LEVEL) return 5 * stage;
  if (name === BOSS) return 2 * stage;
  if (kind === 'weapon' && name === ATT) return weaponAttack(item.attack ?? 0, stage, item);
  if (kind === 'weapon' && name === MATT) return weaponAttack(item.magic ?? 0, stage, item);
  return stage;
}

function weaponAttack(base: number, stage: number, item: CatalogueItem): number {
  const power = stage - (item.boss === true ? 3 : 1);
  return Math.ceil((base * (Math.floor(item.level / 40) + 1) * stage * 11 ** power) / (100 * 10 ** power));
}

const INDEX = { STR, DEX, INT, LUK, '최대 HP': HP } as const;

function worth(options: BonusOptions, wearer: GameClass): number {
  const at = (name: number): number => options[name] ?? 0;
  let stats = 0;
  for (const stat of wearer.stats) stats += stat === '최대 HP' ? at(HP) / 175 : at(INDEX[stat]);
  return stats + 4 * at(wearer.attack === '마력' ? MATT : ATT) + 10 * at(ALL);
}
