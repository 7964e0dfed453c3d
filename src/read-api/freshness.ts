import type { Freshness } from '../platform/read-models/expectation-body.ts';

/** Snapshots older than this are not served at all: the upstream's terms. */
const SERVED_FOR_SECONDS = 30 * 86_400;

/** Age of a snapshot in whole seconds, never negative. `now` in ms. */
export function ageSeconds(asOf: Date, now: number): number {
  return Math.max(0, Math.floor((now - asOf.getTime()) / 1000));
}

/** Whether a snapshot of this age may still be shown. */
export function isServable(age: number): boolean {
  return age < SERVED_FOR_SECONDS;
}

/** How fresh an answer of this age is. `pending`: newer work on the character is under way. */
export function freshness(age: number, options: { freshForSeconds: number; pending: boolean }): Freshness {
  if (age < options.freshForSeconds) return 'fresh';
  return options.pending ? 'updating' : 'stale';
}
