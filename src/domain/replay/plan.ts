import { canonicalJson } from '../canonical-json.ts';
import { sha256 } from '../ids.ts';
import type { TimeWindow } from './windows.ts';

/** Which requests a run is about: those pending when it was planned that are all of the following. */
export interface ReplayScope {
  /** The high-water mark: at or below this position; what comes later is live traffic. Decimal text. */
  readonly mark: string;
  /** None of them stands before this position: where reading the log can begin. Decimal text. */
  readonly from: string;
  /** Accepted (or released by an operator) in one of these windows. */
  readonly windows: readonly TimeWindow[];
  /** Of one of these characters; `null`: of any. */
  readonly characterKeys: readonly string[] | null;
}

/** Characters whose oldest pending request came in this hour (ISO-8601 UTC), and what was the case then. */
export interface PlannedHour {
  readonly hour: string;
  readonly reason: string;
  readonly characters: number;
}

/** What a run would do, as an operator approves it. */
export interface ReplayPlan {
  readonly format: 'pve-replay-plan/1';
  /** The log it speaks of. */
  readonly storeId: string;
  /** ISO-8601 UTC. */
  readonly createdAt: string;
  readonly scope: ReplayScope;
  /** Characters with such requests, and SHA-256 over their sorted keys, one a line. */
  readonly characters: number;
  readonly charactersDigest: string;
  readonly hours: readonly PlannedHour[];
  /** Calls of the game API that this takes at most; fewer where live traffic passes. */
  readonly upstreamCalls: number;
  /** At the budget of calls and the rate of runs; `null`: the rate is 0. */
  readonly estimatedSeconds: number | null;
}

/** The hash that names a plan: SHA-256 of its canonical JSON. */
export function planHash(plan: ReplayPlan): string {
  return sha256(canonicalJson(plan));
}

/** The digest of a selection of characters: the same for the same characters in any order. */
export function charactersDigest(keys: readonly string[]): string {
  return sha256(
    [...keys]
      .sort()
      .map((key) => `${key}\n`)
      .join(''),
  );
}
