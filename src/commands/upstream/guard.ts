import type { RequestClass } from '../../domain/valuation-request/request.ts';
import { Permits } from '../../platform/permits.ts';
import { startTimeLimit } from '../../platform/time-limit.ts';
import { whenAborted } from '../../platform/when-gone.ts';
import { sleep, type Budget } from './budget.ts';
import type { Circuit } from './circuit.ts';
import { DeferredError } from './deferred-error.ts';
import { UpstreamError } from './upstream-error.ts';

/** What a call is part of. */
export interface CallOptions {
  /** Ends the call at once; the promise then rejects with the signal's reason, not with an `UpstreamError`. */
  readonly signal?: AbortSignal;
  /** What is left, in ms, of the time of the whole job run. Default: no limit. */
  readonly remainingMs?: () => number;
  /** Default: `interactive`. */
  readonly class?: RequestClass;
  /** Made while the upstream is held, to learn whether it is back: once, and its end is not counted here. */
  readonly probe?: boolean;
}

/** Runs a call to the upstream when it may be made; rejects with `DeferredError` when it may not. */
export type Guard = <T>(call: () => Promise<T>, options: CallOptions) => Promise<T>;

/** How a call ended, for the metrics. */
export type CallOutcome = 'ok' | 'aborted' | UpstreamError['class'] | 'broken';

interface Parts {
  readonly circuit: Pick<Circuit, 'held' | 'ended'>;
  readonly bulkhead: Pick<Permits, 'run'>;
  readonly budget: Pick<Budget, 'take'>;
  /** The upstream asked us, all of us, to stay away for this time. */
  readonly stayAway: (ms: number) => Promise<void>;
  /** A number from 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly onOutcome: (outcome: CallOutcome) => void;
}

/** Waiting for a place or for budget leaves at least this much of the job's time to the call. */
const KEPT_FOR_CALL_MS = 2000;
/** A second attempt needs this much. */
const SECOND_ATTEMPT_NEEDS_MS = 3000;
const JITTER_MS = { least: 100, spread: 400 } as const;
/** Of a call without a deadline. */
const MAX_WAIT_MS = 60_000;
const BULKHEAD_RETRY_MS = 1000;
/** Work that met a held upstream asks again after this time; by then its worker pauses. */
const HELD_RETRY_MS = 1000;

/** From the outside in: bulkhead, budget, breaker, call. The deadline of the job is around all of it (`job-run.ts`). */
export function createGuard(parts: Parts): Guard {
  return async (call, options) => {
    const remainingMs = options.remainingMs ?? (() => Infinity);
    // An outage may have been a hiccup: one more try where there is time for it.
    try {
      return await attempt(parts, call, options);
    } catch (error) {
      const hiccup = error instanceof UpstreamError && error.class === 'outage' && options.signal?.aborted !== true;
      if (!hiccup || options.probe === true || remainingMs() < SECOND_ATTEMPT_NEEDS_MS) throw error;
      await sleep(JITTER_MS.least + JITTER_MS.spread * parts.random(), options.signal);
      return await attempt(parts, call, options);
    }
  };
}

async function attempt<T>(parts: Parts, call: () => Promise<T>, options: CallOptions): Promise<T> {
  const { signal, remainingMs = () => Infinity, class: requestClass = 'interactive' } = options;
  const maxWaitMs = (): number => Math.min(Math.max(remainingMs() - KEPT_FOR_CALL_MS, 0), MAX_WAIT_MS);
  refuseWhileHeld(parts, options);
  return await inBulkhead(parts.bulkhead, { maxWaitMs: maxWaitMs(), signal }, async () => {
    await parts.budget.take({ maxWaitMs: maxWaitMs(), signal, class: requestClass });
    refuseWhileHeld(parts, options);
    return await watched(parts, call, options);
  });
}

/** A limit on the calls of this process at a time. */
export function createBulkhead(places: () => number): Permits {
  return new Permits({ what: 'the upstream', size: places, timeoutMs: MAX_WAIT_MS });
}

interface Patience {
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
}

async function inBulkhead<T>(
  bulkhead: Parts['bulkhead'],
  { maxWaitMs, signal }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const place = { had: false };
  const enter = async (): Promise<T> => {
    place.had = true;
    return await work();
  };
  const limit = startTimeLimit(maxWaitMs, signal);
  // Who got no place has not failed: the caller has left, or the work is put back.
  try {
    return await bulkhead.run(enter, whenAborted(limit.signal));
  } catch (error) {
    if (place.had) throw error;
    signal?.throwIfAborted();
    throw new DeferredError('bulkhead', BULKHEAD_RETRY_MS);
  } finally {
    limit.end();
  }
}

function refuseWhileHeld(parts: Parts, { probe }: CallOptions): void {
  if (probe !== true && parts.circuit.held()) throw new DeferredError('held', HELD_RETRY_MS);
}

async function watched<T>(parts: Parts, call: () => Promise<T>, { probe, signal }: CallOptions): Promise<T> {
  const ended = (outcome: CallOutcome, error?: UpstreamError): void => {
    parts.onOutcome(outcome);
    if (probe !== true && outcome !== 'aborted' && outcome !== 'broken') parts.circuit.ended(error);
  };
  // Every end is counted, and goes on as it is.
  try {
    const result = await call();
    ended('ok');
    return result;
  } catch (error) {
    if (signal?.aborted === true) ended('aborted');
    else if (error instanceof UpstreamError) ended(error.class, error);
    else ended('broken');
    if (error instanceof UpstreamError && error.reason === 'rate-limited' && error.retryAfterMs !== undefined) {
      await parts.stayAway(error.retryAfterMs);
    }
    throw error;
  }
}
