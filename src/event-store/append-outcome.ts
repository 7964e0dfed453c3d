import type { AppendOutcome, AppendResult } from './event-store.ts';

/** The outcome of one entry of an `appendMany` whose entries were appended one by one. */
export function toOutcome(settled: PromiseSettledResult<AppendResult>): AppendOutcome {
  if (settled.status === 'fulfilled') return { status: 'appended', ...settled.value };
  const reason: unknown = settled.reason;
  return { status: 'failed', error: reason instanceof Error ? reason : new Error(String(reason)) };
}
