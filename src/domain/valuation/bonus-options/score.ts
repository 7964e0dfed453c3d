import type { BonusOptionSums } from '../../character/equipment.ts';
import { weightKeys } from '../jobs.ts';
import type { WeightKey, Weights } from '../jobs.ts';
import type { BonusOption, BonusOptionRules, Flame, PercentWeight } from './rules.ts';
import { optionValue } from './values.ts';
import type { BonusOptionItem, OptionValue } from './values.ts';

/** Scores are compared as whole multiples of this; weights up to 100 then stay exact in a double. */
const QUANTUM = 1e-9;
/** Four lines, each rounded to the quantum, and the rounded threshold: what rounding alone can take away. */
const ROUNDING_SLACK = 3;

const sumOf: Readonly<Record<WeightKey, keyof BonusOptionSums>> = {
  STR: 'str',
  DEX: 'dex',
  INT: 'int',
  LUK: 'luk',
  HP: 'maxHp',
  MP: 'maxMp',
  ALL: 'allStat',
  ATT: 'attackPower',
  MATT: 'magicPower',
  BOSS: 'bossDamage',
  DAMAGE: 'damage',
};

/** Score of an item's present bonus options. It is linear in the sums, so the single lines need not be known. */
export function scoreOf(sums: BonusOptionSums, weights: Weights): number {
  return weighted((key) => sums[sumOf[key]], weights);
}

function scoreOfLine(value: OptionValue, weights: Weights): number {
  return weighted((key) => value[key] ?? 0, weights);
}

function weighted(valueOf: (key: WeightKey) => number, weights: Weights): number {
  return weightKeys.reduce((score, key) => score + (weights[key] ?? 0) * valueOf(key), 0);
}

export interface ScoreProblem {
  readonly rules: BonusOptionRules;
  readonly flame: Flame;
  readonly item: BonusOptionItem;
  /** Non-negative; at most 100 each. */
  readonly weights: Weights;
  /** The score to reach. */
  readonly threshold: number;
}

/**
 * Probability that one reset reaches the threshold, exact: a dynamic program over the options, each drawn at most once.
 *
 * Stages have whole percentages and every set of options is equally likely, so the program counts in whole numbers
 * (≤ C(19,4) · 100⁴ < 2⁵³) and only the last step divides.
 * Complexity: options × lines × stages × distinct scores that are still open; about 1 ms with ordinary weights.
 */
export function probabilityOfScore(problem: ScoreProblem): number {
  const { rules, item, threshold } = problem;
  const lineCounts = item.boss ? rules.lines.boss : rules.lines.normal;
  const options = rules.options[item.kind].map((option) => quantisedLine(option, problem));
  const reached = countReaching(options, {
    target: Math.round(threshold / QUANTUM) - ROUNDING_SLACK,
    maxLines: Math.max(...lineCounts.map((count) => count.value)),
  });
  return lineCounts.reduce((probability, { value: lines, percent }) => {
    const selections = binomial(options.length, lines) * 100 ** lines;
    return probability + (percent / 100) * ((reached[lines] ?? 0) / selections);
  }, 0);
}

/** The scores one option can add (in quanta) with their percentages. */
function quantisedLine(option: BonusOption, problem: ScoreProblem): PercentWeight[] {
  const { rules, flame, item, weights } = problem;
  const bonus = item.boss ? rules.bossStageBonus : 0;
  return rules.stages[flame].map((stage) => ({
    value: Math.round(scoreOfLine(optionValue(option, stage.value + bonus, item), weights) / QUANTUM),
    percent: stage.percent,
  }));
}

/** Percent-weighted selections of a number of options. */
interface Layer {
  readonly before: Layer | undefined;
  /** Lines that may still follow. */
  readonly left: number;
  /** Selections that have reached the target. */
  reached: number;
  /** Those that have not, but still can, by score. */
  readonly open: Map<number, number>;
}

/** By number of lines: percent-weighted selections of that many options that reach the target. */
function countReaching(
  options: readonly (readonly PercentWeight[])[],
  { target, maxLines }: { target: number; maxLines: number },
): number[] {
  const first: Layer = { before: undefined, left: maxLines, reached: Number(target <= 0), open: new Map() };
  if (target > 0) first.open.set(0, 1);
  const layers = [first];
  for (let before = first; before.left > 0; before = layers[0] ?? first)
    layers.unshift({ before, left: before.left - 1, reached: 0, open: new Map() });
  const best = (option: readonly PercentWeight[]) => Math.max(...option.map((line) => line.value));
  for (const option of [...options].sort((a, b) => best(b) - best(a))) {
    // From the most lines down, so that no selection takes the option twice. The options to come are no better than this
    // one: what even they cannot lift to the target is dropped.
    for (const layer of layers) addOption(layer, option, { target, floor: target - layer.left * best(option) });
  }
  return layers.map((layer) => layer.reached).reverse();
}

function addOption(
  layer: Layer,
  option: readonly PercentWeight[],
  { target, floor }: { target: number; floor: number },
): void {
  layer.reached += (layer.before?.reached ?? 0) * 100;
  for (const [before, count] of layer.before?.open ?? []) {
    for (const { value, percent } of option) {
      const score = before + value;
      if (score >= target) layer.reached += count * percent;
      else if (score >= floor) layer.open.set(score, (layer.open.get(score) ?? 0) + count * percent);
    }
  }
}

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k;
}
