/** A worker that looks at the queue has taken something by then, however busy it is. */
export const UNTAKEN_MS = 10_000;

/** How a run stands: characters settled so far, those under way, and whether the game API is out. */
interface Standing {
  readonly settled: number;
  readonly underWay: number;
  readonly outage: boolean;
}

/** `waiting`: jobs that could be taken now. `now`: milliseconds. */
interface UntakenParts {
  readonly waiting: () => Promise<number>;
  readonly now: () => number;
}

/** Tells, asked again and again, whether nobody takes what a run hands out: no worker runs, or it has another queue. */
export function createUntaken({ waiting, now }: UntakenParts): (standing: Standing) => Promise<boolean> {
  let moved = { settled: 0, at: now() };
  return async ({ settled, underWay, outage }) => {
    if (settled !== moved.settled || underWay === 0 || outage) moved = { settled, at: now() };
    return now() - moved.at >= UNTAKEN_MS && (await waiting()) >= underWay;
  };
}
