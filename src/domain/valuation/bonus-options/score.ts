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

/** By number of lines: percent-weighted selections of that many options that reach the target. */
function countReaching(
  options: readonly (readonly PercentWeight[])[],
  { target, maxLines }: { target: number; maxLines: number },
): number[] {
  const best = (option: readonly PercentWeight[]) => Math.max(...option.map((line) => line.value));
  const reached = new Array<number>(maxLines + 1).fill(0);
  // open[n]: selections of n options that have not reached the target yet but still can, by score.
  const open = reached.map(() => new Map<number, number>());
  if (target <= 0) reached[0] = 1;
  else open[0]?.set(0, 1);
  for (const option of [...options].sort((a, b) => best(b) - best(a))) {
    for (let lines = maxLines; lines > 0; lines--) {
      // The options to come are no better than this one: what even they cannot lift to the target is dropped.
      const floor = target - (maxLines - lines) * best(option);
      const from = open[lines - 1] ?? new Map<number, number>();
      const added = addLine(from, option, { target, floor, to: open[lines] ?? from });
      reached[lines] = (reached[lines] ?? 0) + (reached[lines - 1] ?? 0) * 100 + added;
    }
  }
  return reached;
}

/** Adds one option to every selection of `from`; returns how many reach the target, keeps in `to` what is still open. */
function addLine(
  from: ReadonlyMap<number, number>,
  option: readonly PercentWeight[],
  { target, floor, to }: { target: number; floor: number; to: Map<number, number> },
): number {
  let reached = 0;
  for (const [before, count] of from) {
    for (const { value, percent } of option) {
      const score = before + value;
      if (score >= target) reached += count * percent;
      else if (score >= floor) to.set(score, (to.get(score) ?? 0) + count * percent);
    }
  }
  return reached;
}

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k;
}
