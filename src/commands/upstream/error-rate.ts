import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';

/** The rolling error rate of a service's calls. */
export interface ErrorRate {
  /** Counts the end of a call. True when too many have failed: half of them or more, of ten or more in ten seconds. */
  record(good: boolean): boolean;
  /** Calls of the last ten seconds, and how many of them failed. */
  counts(): { readonly calls: number; readonly failures: number };
  /** Begins anew: what was before an outage says nothing about the time after it. */
  reset(): void;
}

const WINDOW_SECONDS = 10;
const BUCKET_MS = 1000;
const LEAST_CALLS = 10;
/** opossum opens above its threshold, we open at one half. */
const JUST_BELOW_HALF = 49.999;

/**
 * opossum as the detector alone (docs/adr/0012): it is told how calls ended, and its buckets turn with `now` (ms).
 * Opening, probing and coming back are the domain's (`domain/upstream/breaker.ts`).
 */
export function createErrorRate(now: () => number): ErrorRate {
  let turned = now();
  let turns = new EventEmitter();
  let detector = newDetector(turns);
  const turn = (): void => {
    const due = Math.floor((now() - turned) / BUCKET_MS);
    for (let count = 0; count < Math.min(due, WINDOW_SECONDS); count += 1) turns.emit('rotate');
    turned += due * BUCKET_MS;
  };
  return {
    record: (good) => {
      turn();
      // The rejection is our own input coming back.
      detector.fire(good).catch(() => undefined);
      return detector.opened;
    },
    counts: () => {
      turn();
      const { fires, failures } = detector.stats;
      return { calls: fires, failures };
    },
    reset: () => {
      detector.shutdown();
      turns = new EventEmitter();
      detector = newDetector(turns);
      turned = now();
    },
  };
}

function newDetector(turns: EventEmitter): CircuitBreaker<[boolean], void> {
  return new CircuitBreaker<[boolean], void>(report, {
    timeout: false,
    volumeThreshold: LEAST_CALLS,
    errorThresholdPercentage: JUST_BELOW_HALF,
    rollingCountTimeout: WINDOW_SECONDS * BUCKET_MS,
    rollingCountBuckets: WINDOW_SECONDS,
    rotateBucketController: turns,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
}

/** Throws before it returns, so that a failure is counted before `fire` returns. */
function report(good: boolean): Promise<void> {
  if (!good) throw new Error('a call failed');
  return Promise.resolve();
}
