/** A stretch of time, `since` included, `until` not; ISO-8601 UTC, `null`: without end on that side. */
export interface TimeWindow {
  readonly since: string | null;
  readonly until: string | null;
}

/** Times in ms since 1970; the infinities where a window has no end. */
type Span = readonly [since: number, until: number];

function spanOf({ since, until }: TimeWindow): Span {
  return [since === null ? -Infinity : Date.parse(since), until === null ? Infinity : Date.parse(until)];
}

function windowOf([since, until]: Span): TimeWindow {
  const text = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString() : null);
  return { since: text(since), until: text(until) };
}

/** Whether a moment (ms since 1970) lies in one of these windows. */
export function inWindows(windows: readonly TimeWindow[]): (at: number) => boolean {
  const spans = windows.map(spanOf);
  return (at) => spans.some(([since, until]) => since <= at && at < until);
}

/** Whether any moment from one to the other (ms since 1970, both included) lies in one of these windows. */
export function overlapsWindows(windows: readonly TimeWindow[]): (first: number, last: number) => boolean {
  const spans = windows.map(spanOf);
  return (first, last) => spans.some(([since, until]) => since <= last && first < until);
}

/** A time in which something was the case, under its name. */
export interface Episode extends TimeWindow {
  readonly reason: string;
}

/** The reason of a moment in no episode. */
const QUEUED = 'queued';

/** What was the case at a moment (ms since 1970): the reason of its episode, else `queued`. */
export function reasonAt(episodes: readonly Episode[], at: number): string {
  return episodes.find((episode) => inWindows([episode])(at))?.reason ?? QUEUED;
}

/**
 * The parts of a window in which one of these reasons was the case. `episodes` are in order and do not overlap; between
 * them the reason is `queued`.
 */
export function windowsOf(
  reasons: readonly string[],
  episodes: readonly Episode[],
  within: TimeWindow,
): readonly TimeWindow[] {
  const [since, until] = spanOf(within);
  const spans: Span[] = [];
  let free = -Infinity;
  for (const episode of episodes) {
    const [begin, end] = spanOf(episode);
    if (reasons.includes(QUEUED)) spans.push([free, begin]);
    if (reasons.includes(episode.reason)) spans.push([begin, end]);
    free = end;
  }
  if (reasons.includes(QUEUED)) spans.push([free, Infinity]);
  const cut = spans.map(([begin, end]): Span => [Math.max(begin, since), Math.min(end, until)]);
  return cut.filter(([begin, end]) => begin < end).map(windowOf);
}
