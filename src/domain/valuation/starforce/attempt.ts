import type { StarForceRules, StarRow } from './rules.ts';

/** What an event changes; `sure` and `onePlus` are of former years. */
interface StarForceEvents {
  /** Attempts 30 % cheaper. */
  readonly cost30: boolean;
  /** Destruction × 0.7 where the rules let it. */
  readonly destroy30: boolean;
  /** Restoring 20 % cheaper. */
  readonly restore20: boolean;
  /** Success is certain at 5, 10 and 15 stars. */
  readonly sure?: boolean;
  /** Success at up to 10 stars gives two. */
  readonly onePlus?: boolean;
}

/** What the player pays less, and how he plays. */
export interface AttemptOptions {
  readonly event: StarForceEvents;
  /** Membership discount in percent. */
  readonly mvp: number;
  readonly pcRoom: boolean;
  /** Star catch on every attempt, where it is not built into the rules. */
  readonly starCatch: boolean;
}

/** Probabilities of one attempt; they sum to 1. */
export type Odds = Pick<StarRow, 'success' | 'maintain' | 'decrease' | 'destroy'>;

const PC_ROOM_PERCENT = 5;
const COST_EVENT = 0.7;
const DESTROY_EVENT = 0.7;
const STAR_CATCH = 1.05;
const CERTAIN: Odds = { success: 1, maintain: 0, decrease: 0, destroy: 0 };

/**
 * Undiscounted cost of an attempt in mesos: 1000 + L³(s + 1)^e/divisor, e = 1 below 10 stars, else 2.7, rounded half up
 * to 100. Source: Nexon KMS update posts 737 and 767; the divisors come with the rules. O(1).
 */
export function baseCost(row: StarRow, star: number, itemLevel: number): number {
  const exponent = star < 10 ? 1 : 2.7;
  return 100 * Math.round((1000 + (itemLevel ** 3 * (star + 1) ** exponent) / row.costDivisor) / 100);
}

/**
 * Cost of an attempt in mesos, not rounded: membership and PC room add up, the event multiplies, and neither touches the
 * surcharge of the safeguard, which counts on the undiscounted cost.
 */
export function attemptCost(
  rules: StarForceRules,
  attempt: { readonly star: number; readonly itemLevel: number; readonly safeguarded: boolean },
  { event, mvp, pcRoom }: AttemptOptions,
): number {
  const base = baseCost(rowOf(rules, attempt.star), attempt.star, attempt.itemLevel);
  const percent = attempt.star <= rules.discountedUpToStar ? 100 - mvp - (pcRoom ? PC_ROOM_PERCENT : 0) : 100;
  const discounted = ((base * percent) / 100) * (event.cost30 ? COST_EVENT : 1);
  return discounted + (attempt.safeguarded ? base * rules.safeguard.surcharge : 0);
}

/**
 * Probabilities of an attempt. Star catch multiplies success by 1.05 and shrinks the rest alike; the event frees 30 % of
 * destruction to maintain; the safeguard turns destruction into a drop where the star can drop, else into maintain.
 */
export function attemptOdds(
  rules: StarForceRules,
  star: number,
  { event, starCatch, safeguarded }: Pick<AttemptOptions, 'event' | 'starCatch'> & { readonly safeguarded: boolean },
): Odds {
  if (event.sure && (star === 5 || star === 10 || star === 15)) return CERTAIN;
  const row = rowOf(rules, star);
  const success = starCatch && rules.starCatch === 'optional' ? Math.min(1, STAR_CATCH * row.success) : row.success;
  const rest = success === row.success ? 1 : (1 - success) / (1 - row.success);
  const threat = rest * row.destroy;
  const kept = event.destroy30 && star <= rules.destroyEventUpToStar ? DESTROY_EVENT * threat : threat;
  const maintain = rest * row.maintain + (threat - kept);
  const decrease = rest * row.decrease;
  if (!safeguarded) return { success, maintain, decrease, destroy: kept };
  return decrease > 0
    ? { success, maintain, decrease: decrease + kept, destroy: 0 }
    : { success, maintain: maintain + kept, decrease, destroy: 0 };
}

/** The rules of one star; RangeError beyond the table. */
export function rowOf(rules: StarForceRules, star: number): StarRow {
  const row = rules.attempts[star];
  if (!row) throw new RangeError(`no attempt at ${star} stars in ${rules.ruleSet}`);
  return row;
}
