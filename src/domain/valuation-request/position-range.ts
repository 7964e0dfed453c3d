/** Requests with `after` < position ≤ `through`. Positions are decimal texts of one log. */
export interface PositionRange {
  readonly after: string;
  readonly through: string;
}

export function sameRange(a: PositionRange, b: PositionRange): boolean {
  return a.after === b.after && a.through === b.through;
}

/** Ranges that do not overlap, in order. */
export function sortRanges(ranges: readonly PositionRange[]): readonly PositionRange[] {
  return [...ranges].sort((a, b) => (BigInt(a.after) < BigInt(b.after) ? -1 : 1));
}

/** The same positions in as few ranges as possible, in order. The ranges do not overlap. */
export function mergeRanges(ranges: readonly PositionRange[]): readonly PositionRange[] {
  const merged: PositionRange[] = [];
  for (const range of sortRanges(ranges)) {
    const last = merged.at(-1);
    if (last?.through === range.after) merged.splice(-1, 1, { after: last.after, through: range.through });
    else merged.push(range);
  }
  return merged;
}

/** Whether every position of `inner` is in `outer`. */
export function contains(outer: PositionRange, inner: PositionRange): boolean {
  return BigInt(outer.after) <= BigInt(inner.after) && BigInt(inner.through) <= BigInt(outer.through);
}
