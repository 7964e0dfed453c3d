import type { StreamAppend } from '../event-store.ts';

/** Rows per statement: larger ones gain nothing and hold their locks longer. */
export const LARGEST_GROUP = 500;

/** An append and its index among those it was given with. */
export interface Placed {
  readonly append: StreamAppend;
  readonly index: number;
}

/**
 * Cuts appends into the groups that are sent one after the other: sorted by stream, each stream once in a group, several
 * appends to one stream in the order given. Sorted, because a group takes the revisions of its streams one by one and
 * keeps them to its end: two groups in different orders could each wait for what the other has taken.
 */
export function appendRounds(appends: readonly StreamAppend[]): readonly (readonly Placed[])[] {
  const rounds: Placed[][] = [];
  const seen = new Map<string, number>();
  const placed = appends.map((append, index) => ({ append, index }));
  for (const one of placed.sort((a, b) => compare(a.append.stream, b.append.stream))) {
    const round = seen.get(one.append.stream) ?? 0;
    seen.set(one.append.stream, round + 1);
    (rounds[round] ??= []).push(one);
  }
  return rounds.flatMap(inGroups);
}

function inGroups(round: readonly Placed[]): readonly (readonly Placed[])[] {
  const starts = Array.from({ length: Math.ceil(round.length / LARGEST_GROUP) }, (_, i) => i * LARGEST_GROUP);
  return starts.map((start) => round.slice(start, start + LARGEST_GROUP));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
