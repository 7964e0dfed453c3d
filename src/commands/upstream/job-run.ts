import type { RequestClass } from '../../domain/valuation-request/request.ts';
import type { CallOptions } from './guard.ts';
import { UpstreamError } from './upstream-error.ts';

interface JobRun {
  /** All upstream calls of the run together, in ms. */
  readonly totalMs: number;
  readonly class: RequestClass;
  /** The caller's own: when it aborts, everything below ends. */
  readonly signal?: AbortSignal;
}

/** Runs upstream calls that together may take `totalMs`; what is under way then, or when the caller leaves, is aborted. */
export async function withinRun<T>(run: JobRun, calls: (options: CallOptions) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const signal = run.signal === undefined ? ended.signal : AbortSignal.any([ended.signal, run.signal]);
  const failure = { class: 'outage', reason: 'timeout', code: 'JOB_DEADLINE' } as const;
  const late = new UpstreamError({ ...failure, endpoint: 'character/item-equipment' });
  const until = performance.now() + run.totalMs;
  const timer = setTimeout(() => ended.abort(late), run.totalMs);
  const options = { signal, remainingMs: () => until - performance.now(), class: run.class };
  return await calls(options).finally(() => clearTimeout(timer));
}

/** Runs two calls at once; when one fails the other is ended, and its failure is the one that is told. */
export async function bothOrNone<A, B>(
  options: CallOptions,
  first: (options: CallOptions) => Promise<A>,
  second: (options: CallOptions) => Promise<B>,
): Promise<[A, B]> {
  const failed = new AbortController();
  const signals = options.signal === undefined ? [failed.signal] : [options.signal, failed.signal];
  const together = { ...options, signal: AbortSignal.any(signals) };
  const endOther = (error: unknown): never => {
    failed.abort(error);
    throw error;
  };
  return await Promise.all([first(together).catch(endOther), second(together).catch(endOther)]);
}
