import type { FlameKind } from '../slots.ts';

/** Everything one bonus option line can be; pairs raise both stats. */
const bonusOptions = [
  ...(['STR', 'DEX', 'INT', 'LUK'] as const),
  ...(['STR+DEX', 'STR+INT', 'STR+LUK', 'DEX+INT', 'DEX+LUK', 'INT+LUK'] as const),
  ...(['HP', 'MP', 'LEVEL', 'DEF', 'ATT', 'MATT', 'BOSS', 'DAMAGE', 'SPEED', 'JUMP', 'ALL'] as const),
] as const;
export type BonusOption = (typeof bonusOptions)[number];

/** Ways to reset bonus options: the meso reset, or a flame item with a price of the caller's. */
export const flames = ['meso', 'powerful', 'eternal', 'abyss'] as const;
export type Flame = (typeof flames)[number];

/** An outcome with its probability in percent: whole numbers that sum to 100. */
export interface PercentWeight {
  readonly value: number;
  readonly percent: number;
}

export interface BonusOptionRules {
  /** Items below this level follow other option lists: not valued. */
  readonly minimumLevel: number;
  /** How many lines a reset gives. */
  readonly lines: { readonly normal: readonly PercentWeight[]; readonly boss: readonly PercentWeight[] };
  /** Stage of each line, before the bonus of boss items. */
  readonly stages: Readonly<Record<Flame, readonly PercentWeight[]>>;
  readonly bossStageBonus: number;
  /** Mesos per reset, where the game sells it for mesos. */
  readonly prices: Readonly<Partial<Record<Flame, number>>>;
  /** The lists that lines are drawn from, uniformly and without repetition. */
  readonly options: Readonly<Record<FlameKind, readonly BonusOption[]>>;
}

/**
 * Checks a rule file of the mechanic `bonus-options` (the parsed JSON) and makes the engine's tables of it.
 * Throws an `Error` that names the first thing wrong: percentages that do not sum to 100, an unknown option, a repeated one.
 */
export function parseBonusOptionRules(file: unknown): BonusOptionRules {
  const root = record(file, 'bonus-options');
  if (root.mechanic !== 'bonus-options') throw new Error('bonus-options: mechanic is not "bonus-options"');
  const lineWeights = record(root.lineWeights, 'lineWeights');
  const stageWeights = record(root.stageWeights, 'stageWeights');
  const flameTable = record(root.flames, 'flames');
  const options = record(root.options, 'options');
  const flameOf = (flame: Flame) => record(flameTable[flame], `flames.${flame}`);
  const stagesOf = (flame: Flame) => {
    const name = String(flameOf(flame).stages);
    return percentWeights(stageWeights[name], `stageWeights.${name}`);
  };
  const price = flameOf('meso').price;
  return {
    minimumLevel: whole(root.minimumLevel, 'minimumLevel'),
    lines: {
      normal: percentWeights(lineWeights.normal, 'lineWeights.normal'),
      boss: percentWeights(lineWeights.boss, 'lineWeights.boss'),
    },
    stages: {
      meso: stagesOf('meso'),
      powerful: stagesOf('powerful'),
      eternal: stagesOf('eternal'),
      abyss: stagesOf('abyss'),
    },
    bossStageBonus: whole(root.bossStageBonus, 'bossStageBonus'),
    prices: { meso: whole(price, 'flames.meso.price') },
    options: {
      weapon: optionList(options.weapon, 'options.weapon'),
      armor: optionList(options.armor, 'options.armor'),
    },
  };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`bonus-options: ${path} is not an object`);
  return value as Record<string, unknown>;
}

function whole(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0)
    throw new Error(`bonus-options: ${path} is not a positive whole number`);
  return value;
}

function percentWeights(value: unknown, path: string): PercentWeight[] {
  const weights = Object.entries(record(value, path)).map(([key, percent]) => ({
    value: whole(Number(key), `${path} key ${key}`),
    percent: whole(percent, `${path}.${key}`),
  }));
  const sum = weights.reduce((total, weight) => total + weight.percent, 0);
  if (sum !== 100) throw new Error(`bonus-options: ${path} sums to ${sum}, not to 100`);
  return weights;
}

function optionList(value: unknown, path: string): BonusOption[] {
  if (!Array.isArray(value)) throw new Error(`bonus-options: ${path} is not a list`);
  const list = value.map((name: unknown) => {
    const option = bonusOptions.find((known) => known === name);
    if (option === undefined) throw new Error(`bonus-options: ${path} holds the unknown option ${String(name)}`);
    return option;
  });
  if (new Set(list).size !== list.length) throw new Error(`bonus-options: ${path} repeats an option`);
  return list;
}
