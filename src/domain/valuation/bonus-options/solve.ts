import type { NormalisedItem } from '../../character/equipment.ts';
import type { Assumptions } from '../assumptions.ts';
import type { Solved } from '../component.ts';
import { none, unsupported } from '../component.ts';
import { geometric } from '../distribution/law.ts';
import type { Job } from '../jobs.ts';
import type { FlameKind } from '../slots.ts';
import type { Trials } from '../trials.ts';
import { trialsOf } from '../trials.ts';
import { decideBossItem } from './boss-item.ts';
import type { BonusOptionRules, Flame } from './rules.ts';
import type { ScoreProblem } from './score.ts';
import { probabilityOfScore, scoreOf } from './score.ts';
import type { BonusOptionItem } from './values.ts';

export interface BonusOptionFacts {
  readonly flame: Flame;
  /** The score to reach: that of the present bonus options. */
  readonly score: number;
  readonly bossItem: boolean;
  readonly trials: Trials;
}

const MAX_LEVEL = 300;
const MAX_BASE_ATTACK = 10_000;

/**
 * What it costs to roll bonus options at least as good as the item's, by the score of the given weights or of the class.
 * `job` is `undefined` for a class we do not know.
 */
export function solveBonusOptions(
  item: NormalisedItem,
  kind: FlameKind,
  context: { rules: BonusOptionRules; job: Job | undefined; assumptions: Assumptions },
): Solved<BonusOptionFacts> {
  const { rules, job, assumptions } = context;
  const sums = Object.values(item.bonusOptions) as number[];
  if (sums.every((sum) => sum === 0)) return none();
  if (!sums.every((sum) => Number.isFinite(sum) && sum >= 0)) return unsupported('invalid-bonus-options');
  const weights = assumptions.weights ?? job?.weights;
  if (weights === undefined) return unsupported('unknown-class');
  const threshold = scoreOf(item.bonusOptions, weights);
  if (threshold <= 0) return none('filler-only');
  const fault = faultOf(item, rules);
  if (fault !== undefined) return unsupported(fault);
  const { level, baseAttackPower, baseMagicPower } = item;
  const rolled = { kind, level, baseAttackPower, baseMagicPower };
  const boss = decideBossItem(item.name, item.bonusOptions, rolled, rules);
  if (boss === undefined) return unsupported('boss-undecidable');
  return solveScore(
    { rules, flame: assumptions.flame, item: { ...rolled, boss }, weights, threshold },
    assumptions.flamePrice,
  );
}

/** The cost of reaching a score: trials always, the cost where the flame has a price (`flamePrice` mesos per reset). */
export function solveScore(problem: ScoreProblem, flamePrice: number | null): Solved<BonusOptionFacts> {
  const { rules, flame, item, threshold } = problem;
  const fault = faultOf(item, rules);
  if (fault !== undefined) return unsupported(fault);
  const probability = probabilityOfScore(problem);
  if (probability === 0) return unsupported('impossible');
  const facts = { flame, score: threshold, bossItem: item.boss, trials: trialsOf(probability) };
  const price = rules.prices[flame] ?? flamePrice;
  if (price === null) return { status: 'unsupported', reason: 'no-flame-price', facts };
  return { status: 'valued', law: geometric(probability, price), facts };
}

/** What keeps the tables from being used, if anything. */
function faultOf(
  { level, baseAttackPower, baseMagicPower }: Omit<BonusOptionItem, 'kind' | 'boss'>,
  { minimumLevel }: BonusOptionRules,
): string | undefined {
  if (!Number.isInteger(level) || level < 0 || level > MAX_LEVEL) return 'invalid-level';
  if (level < minimumLevel) return `level-below-${minimumLevel}`;
  const attack = [baseAttackPower, baseMagicPower];
  const valid = attack.every((base) => Number.isInteger(base) && base >= 0 && base <= MAX_BASE_ATTACK);
  return valid ? undefined : 'invalid-base-attack';
}
