/** What live traffic feels of the work on a backlog. */
export interface Signals {
  /** 99th percentile of what reads take, in ms; `undefined`: not known, nobody reads. */
  readonly readP99Ms: number | undefined;
  /** Share of the calls of the game API that fail, 0 … 1. */
  readonly upstreamErrorRatio: number;
}

/** Reads should not take longer, in ms. */
const READ_P99_MS = 250;
/** More errors than this slow work down. */
const MANY_ERRORS = 0.05;
/** The highest limit divided by these: what is gained in a second, and what is left however live traffic suffers. */
const STEPS = 20;
const LEAST = 50;
/** A step, and what is left, are never less. */
const AT_LEAST = 1;

/**
 * The one rule by which work on a backlog yields, whatever `limit` counts: half as much while live traffic suffers, a step
 * more while it does not (additive increase, multiplicative decrease), from a little up to `most`. Once a second.
 */
export function nextLimit(limit: number, most: number, { readP99Ms, upstreamErrorRatio }: Signals): number {
  const suffering = (readP99Ms ?? 0) > READ_P99_MS || upstreamErrorRatio >= MANY_ERRORS;
  if (!suffering) return Math.min(most, limit + Math.max(AT_LEAST, most / STEPS));
  return Math.min(most, Math.max(AT_LEAST, most / LEAST, limit / 2));
}
