import { neumaierSum } from '../distribution/neumaier.ts';
import type { Filler } from '../lines/parse-line.ts';
import type { Contribution } from './goal.ts';
import type { PoolOption, RollPools } from './rules.ts';

/** One key of a goal: how options add to it, and the least that the lines together must reach. */
export interface Demand {
  readonly contribution: Contribution;
  readonly least: number;
}

export interface Roll {
  readonly pools: RollPools;
  readonly caps: ReadonlyMap<Filler, number>;
  readonly lineCount: 2 | 3;
}

/** Options that add the same to every demand and fall under the same cap: one class, however many options. */
export interface OptionClass {
  /** Per demand, cut at what the demand asks for: more is no better. */
  readonly gives: readonly number[];
  readonly cap: Filler | undefined;
  /** Probability of the class on lines 1, 2 and 3 before caps. */
  readonly chances: readonly [number, number, number];
}

/** A class and its probability on a line, given what the lines before it filled. */
type Outcome = readonly [option: OptionClass, probability: number];

/** Sums of 1/175 and the like may fall short of an equal sum by rounding. */
export const EQUAL = 1e-9;

/**
 * P(one roll meets every demand), exact up to rounding: a sum over the classes of equal contribution of each line.
 *
 * Line 1 is of the item's grade; lines 2 and 3 are so with the pools' rates, else of the grade below. An option whose cap
 * earlier lines have filled is taken out of the whole line (both grades together) and the rest divided by what remains.
 * O(classes³), some ten classes instead of some thirty options. No demands: 1.
 */
export function rollProbability(roll: Roll, demands: readonly Demand[]): number {
  if (demands.length === 0) return 1;
  const least = demands.map((demand) => demand.least - EQUAL);
  const classes = classesOf(roll.pools, (option) => ({
    gives: demands.map(({ contribution, least: most }) => Math.min(contribution(option), most)),
    cap: capOf(option, roll.caps),
  }));
  const line2 = cappedLine(classes, 1, roll.caps);
  const line3 = cappedLine(classes, 2, roll.caps);
  const terms: number[] = [];
  for (const first of classes) {
    if (first.chances[0] === 0) continue;
    for (const [second, probability] of line2([first.cap])) {
      const missing = least.map((value, key) => value - (first.gives[key] ?? 0) - (second.gives[key] ?? 0));
      const last = roll.lineCount === 2 ? Number(missing.every((value) => value <= 0)) : undefined;
      terms.push(first.chances[0] * probability * (last ?? chanceToGive(line3([first.cap, second.cap]), missing)));
    }
  }
  return Math.min(1, neumaierSum(terms));
}

function chanceToGive(line: readonly Outcome[], missing: readonly number[]): number {
  let chance = 0;
  for (const [{ gives }, probability] of line) {
    let enough = true;
    for (let key = 0; enough && key < missing.length; key++) enough = (gives[key] ?? 0) >= (missing[key] ?? 0);
    if (enough) chance += probability;
  }
  return chance;
}

export function capOf({ line }: PoolOption, caps: Roll['caps']): Filler | undefined {
  return line.kind === 'filler' && caps.has(line.filler) ? line.filler : undefined;
}

/** Joins the options of both grades into classes of equal `identity`. */
export function classesOf(
  { own, lower, ownGradeRates: [rate2, rate3] }: RollPools,
  identity: (option: PoolOption) => Pick<OptionClass, 'gives' | 'cap'>,
): OptionClass[] {
  const classes = new Map<string, Pick<OptionClass, 'gives' | 'cap'> & { chances: [number, number, number] }>();
  const add = (option: PoolOption, shares: readonly [number, number, number]) => {
    const found = identity(option);
    const key = `${found.cap ?? ''}|${found.gives.join()}`;
    const known = classes.get(key) ?? { ...found, chances: [0, 0, 0] };
    classes.set(key, known);
    for (const line of [0, 1, 2] as const) known.chances[line] += shares[line];
  };
  for (const option of own.options) {
    const share = option.weight / own.denominator;
    add(option, [share, rate2 * share, rate3 * share]);
  }
  for (const option of lower.options) {
    const share = option.weight / lower.denominator;
    add(option, [0, (1 - rate2) * share, (1 - rate3) * share]);
  }
  return [...classes.values()];
}

/**
 * The outcomes of line 2 (`line` 1) or 3 (`line` 2), given the caps that the lines before it count towards. At most two
 * lines come before, so few sets of caps can be full: each is worked out once.
 */
export function cappedLine(
  classes: readonly OptionClass[],
  line: 1 | 2,
  caps: Roll['caps'],
): (before: readonly (Filler | undefined)[]) => readonly Outcome[] {
  const known = new Map<string, readonly Outcome[]>();
  return (before) => {
    const full = [...caps].filter(([cap, most]) => before.filter((other) => other === cap).length >= most);
    const key = full.map(([cap]) => cap).join();
    const outcomes = known.get(key) ?? outcomesWithout(classes, line, new Set(full.map(([cap]) => cap)));
    known.set(key, outcomes);
    return outcomes;
  };
}

function outcomesWithout(classes: readonly OptionClass[], line: 1 | 2, full: ReadonlySet<Filler>): Outcome[] {
  const open = classes.filter(({ cap, chances }) => chances[line] > 0 && (cap === undefined || !full.has(cap)));
  const remains = full.size === 0 ? 1 : neumaierSum(open.map(({ chances }) => chances[line]));
  return open.map((option) => [option, option.chances[line] / remains]);
}
