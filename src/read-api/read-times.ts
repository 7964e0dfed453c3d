import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { LONGEST_WAIT_MS, type Admission } from '../platform/http/admission.ts';

/** What the reads of a process take. */
export interface ReadTimes {
  /** Notes how long each read of the database takes that it lets in, its wait included. */
  readonly admission: Admission;
  /**
   * 99th percentile of the last three seconds, in ms; `undefined`: nobody has read since the last call. To be called once a
   * second.
   */
  readonly p99: () => number | undefined;
}

const SECONDS = 3;
/** In ms. */
const HISTOGRAM = { lowest: 1, highest: 60_000, figures: 2 } as const;

/**
 * Measures where all that strangers read comes by: look-ups of answers and other reads, with their wait for admission and
 * for the pool. Answers from memory would hide them, and time that a client asks to wait for says nothing. A delay of the
 * event loop needs no measure of its own: each of these spans several turns of it.
 */
export function createReadTimes(admission: Admission): ReadTimes {
  const refused = (): number => admission.stats().lookUps.refused + admission.stats().reads.refused;
  let refusedBefore = refused();
  let current = newSecond();
  let former: readonly Second[] = [];
  return {
    admission: {
      ...admission,
      run(kind, work, whenGone) {
        if (kind !== 'lookUps' && kind !== 'reads') return admission.run(kind, work, whenGone);
        const begun = performance.now();
        const done = (): void => record(current, performance.now() - begun);
        // Not around the wait: who is refused, or leaves, has read nothing.
        return admission.run(kind, () => work().finally(done), whenGone);
      },
    },
    p99() {
      const last = { ...current, refused: refused() - refusedBefore };
      const lately = [last, ...former].slice(0, SECONDS);
      [current, former, refusedBefore] = [newSecond(), lately, refusedBefore + last.refused];
      return last.refused + last.times.count === 0 ? undefined : percentile(lately);
    },
  };
}

interface Second {
  /** In ms, of those that were let in. */
  readonly times: RecordableHistogram;
  readonly refused: number;
}

function newSecond(): Second {
  return { times: createHistogram(HISTOGRAM), refused: 0 };
}

/** What is longer than the histogram's end would not be counted at all. */
function record({ times }: Second, ms: number): void {
  times.record(Math.min(Math.max(Math.round(ms), HISTOGRAM.lowest), HISTOGRAM.highest));
}

/** Whoever was refused counts as the one who waited longest: few would else seem to wait where most are turned away. */
function percentile(seconds: readonly Second[]): number {
  const all = createHistogram(HISTOGRAM);
  let refused = 0;
  for (const second of seconds) {
    all.add(second.times);
    refused += second.refused;
  }
  return refused > (all.count + refused) / 100 ? LONGEST_WAIT_MS : all.percentile(99);
}
