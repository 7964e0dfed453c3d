import type { AttemptOptions } from './attempt.ts';
import type { StarForceRules } from './rules.ts';

/** From star to star of one item, and everything that is taken for granted. */
export interface StarForceProblem extends AttemptOptions {
  readonly rules: StarForceRules;
  readonly itemLevel: number;
  readonly from: number;
  readonly to: number;
  /** Stars to protect, as far as the rules offer it; `optimal`: wherever that is cheapest. */
  readonly safeguard: readonly number[] | 'optimal';
  /** Stars at which a destroyed item is restored to the star it had; `optimal`: wherever that is cheapest. */
  readonly restore: readonly number[] | 'optimal';
  /** Mesos per spare copy consumed. */
  readonly sparePrice: number;
}

/** What is done where. Ascending stars, only those that matter to the problem. */
export interface Strategy {
  readonly safeguard: readonly number[];
  readonly restore: readonly number[];
}

/** Highest star of an item, `undefined` for a level that no item has. */
export function maxStarOf(rules: StarForceRules, itemLevel: number): number | undefined {
  if (!Number.isInteger(itemLevel) || itemLevel < 0) return undefined;
  return rules.maxStarUpToLevel.find(({ level }) => itemLevel <= level)?.maxStar;
}

/** Why a problem cannot be solved: a code, then `: ` and the values at fault; `undefined` when it can. */
export function flawOf({ rules, itemLevel, from, to, mvp, sparePrice }: StarForceProblem): string | undefined {
  const maxStar = maxStarOf(rules, itemLevel);
  if (maxStar === undefined) return `unknown-level: ${itemLevel}`;
  if (![from, to].every((star) => Number.isInteger(star) && star >= 0)) return 'invalid-stars';
  if (to > maxStar) return `star-above-maximum: ${to} stars, level ${itemLevel} has up to ${maxStar}`;
  if (!(mvp >= 0 && mvp <= 90)) return `invalid-assumption: mvp ${mvp}`;
  if (!(sparePrice >= 0 && sparePrice <= Number.MAX_SAFE_INTEGER))
    return `invalid-assumption: sparePrice ${sparePrice}`;
  return undefined;
}

/**
 * Equal for problems with equal answers under the same rule files: rule set, level, stars, every option. The content hash
 * of the files is the caller's to add.
 */
export function starForceKey(problem: StarForceProblem): string {
  const { rules, itemLevel, from, to, event, mvp, pcRoom, starCatch, safeguard, restore, sparePrice } = problem;
  const flags = [event.cost30, event.destroy30, event.restore20, event.sure, event.onePlus, pcRoom, starCatch];
  const bits = flags.map((flag) => (flag ? 1 : 0)).join('');
  const stars = (list: readonly number[] | 'optimal'): string =>
    list === 'optimal' ? list : [...new Set(list)].sort((a, b) => a - b).join('.');
  const parts = [rules.ruleSet, itemLevel, from, to, bits, mvp, sparePrice, stars(safeguard), stars(restore)];
  return `starforce/${parts.join('/')}`;
}
