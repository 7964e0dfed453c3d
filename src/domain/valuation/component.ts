import type { CostLaw } from './distribution/law.ts';

/** The four things an item may have cost, in the order of every table. */
export const componentNames = ['starforce', 'potential', 'additionalPotential', 'bonusOptions'] as const;
export type ComponentName = (typeof componentNames)[number];

/** Why there is nothing to pay, where that is not obvious. */
export type NoneReason = 'filler-only' | 'granted' | 'no-such-mechanic' | 'seed-ring';

/** Nothing to pay: the item has none of it. */
export interface None {
  readonly status: 'none';
  readonly reason?: NoneReason;
}

/** Cannot be valued, and why. Never a cost of zero; `facts` are what is known all the same. */
export interface Unsupported<Facts> {
  readonly status: 'unsupported';
  /** A stable code, followed by `: ` and the text at fault where there is one. */
  readonly reason: string;
  readonly facts?: Facts;
}

/** A cost > 0 as a law, and what led to it. */
export interface Valued<Facts> {
  readonly status: 'valued';
  readonly law: CostLaw;
  readonly facts: Facts;
}

/** There is no fourth way. */
export type Solved<Facts> = None | Unsupported<Facts> | Valued<Facts>;

export function none(reason?: NoneReason): None {
  return reason === undefined ? { status: 'none' } : { status: 'none', reason };
}

export function unsupported(reason: string): Unsupported<never> {
  return { status: 'unsupported', reason };
}
