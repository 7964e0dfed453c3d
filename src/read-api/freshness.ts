import type { Freshness } from '../platform/read-models/expectation-body.ts';

/** Snapshots older than this are not served at all: the upstream's terms. */
const SERVED_FOR_DAYS = 30;

/** Age of a snapshot in whole seconds, never negative. */
export function ageSeconds(asOf: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - asOf.getTime()) / 1000));
}

/** Whether a snapshot may still be shown. */
export function isServable(asOf: Date, now: Date): boolean {
  return ageSeconds(asOf, now) < SERVED_FOR_DAYS * 86_400;
}

/** How fresh an answer is. `pending`: newer work on this character is under way. */
export function freshness(asOf: Date, now: Date, options: { freshForSeconds: number; pending: boolean }): Freshness {
  if (ageSeconds(asOf, now) < options.freshForSeconds) return 'fresh';
  return options.pending ? 'updating' : 'stale';
}
