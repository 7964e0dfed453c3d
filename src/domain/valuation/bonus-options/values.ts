import type { WeightKey } from '../jobs.ts';
import type { FlameKind } from '../slots.ts';
import type { BonusOption } from './rules.ts';

/** What the size of a bonus option depends on. */
export interface BonusOptionItem {
  readonly kind: FlameKind;
  /** Boss items roll four lines, two stages higher. */
  readonly boss: boolean;
  /** Required level of the item. */
  readonly level: number;
  /** Attack of the blank item; only weapons need them. */
  readonly baseAttackPower: number;
  readonly baseMagicPower: number;
}

/** What a line of option and stage adds, per key; the level reduction, defence, speed and jump are keys of their own. */
export type OptionValue = Partial<Record<WeightKey | 'LEVEL' | 'DEF' | 'SPEED' | 'JUMP', number>>;

/**
 * What one line gives at a stage (1–5, boss items 3–7): stats, HP and MP in points, ALL, DAMAGE and BOSS in percent.
 * Source: the community's table, verified against known items at levels 120–250. At level 250 a single stat is 12 and
 * HP 700 per stage. The size of a defence line is not in our tables; nothing values it, so it counts as 1.
 */
export function optionValue(option: BonusOption, stage: number, item: BonusOptionItem): OptionValue {
  switch (option) {
    case 'STR':
    case 'DEX':
    case 'INT':
    case 'LUK':
      return { [option]: singleStat(item.level) * stage };
    case 'HP':
    case 'MP':
      return { [option]: (item.level >= 250 ? 700 : 3 * item.level) * stage };
    case 'ATT':
      return { ATT: attack(item, item.baseAttackPower, stage) };
    case 'MATT':
      return { MATT: attack(item, item.baseMagicPower, stage) };
    case 'BOSS':
      return { BOSS: 2 * stage };
    case 'LEVEL':
      return { LEVEL: 5 * stage };
    case 'DEF':
      return { DEF: 1 };
    case 'ALL':
    case 'DAMAGE':
    case 'SPEED':
    case 'JUMP':
      return { [option]: stage };
    default:
      return dualStat(option, stage, item.level);
  }
}

function singleStat(level: number): number {
  return level >= 250 ? 12 : Math.floor(level / 20) + 1;
}

function dualStat(pair: string, stage: number, level: number): OptionValue {
  const value = (Math.floor(level / 40) + 1) * stage;
  return Object.fromEntries(pair.split('+').map((stat) => [stat, value]));
}

function attack(item: BonusOptionItem, base: number, stage: number): number {
  return item.kind === 'weapon' ? weaponAttack(base, item.level, stage, item.boss) : stage;
}

/**
 * Attack or magic attack of a weapon's line: ⌈base · (⌊L/40⌋ + 1) · t · 1.1^k / 100⌉ with k = t − 3 for boss weapons and
 * t − 1 for others, in whole numbers so that no rounding error lifts an exact value to the next one.
 * Source: formula verified on Fafnir, Arcane and Genesis weapons.
 */
export function weaponAttack(base: number, level: number, stage: number, boss: boolean): number {
  const power = stage - (boss ? 3 : 1);
  const numerator = base * (Math.floor(level / 40) + 1) * stage * 11 ** power;
  return Math.ceil(numerator / (100 * 10 ** power));
}
