import { setTimeout } from 'node:timers/promises';
import { ProblemError } from '../../domain/errors.ts';
import type { Lead } from '../../event-store/subscription.ts';
import type { Executor } from '../../platform/execute.ts';
import type { Logger } from '../../platform/logging.ts';
import type { JobAttempt, RunningWorker, ValuationQueue } from '../../platform/queue.ts';
import { sweepBacklog } from '../dispatcher.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { pruneArchive } from './payload-archive.ts';
import { parkRequests, valueCharacter, type Trace, type ValueCharacterParts } from './value-character.ts';

export interface WorkerParts extends ValueCharacterParts {
  readonly queue: ValuationQueue;
  readonly concurrency: number;
  readonly execute: Executor;
  readonly log: Logger;
}

/** Time between two sweeps of the backlog. */
const SWEEP_MS = 30_000;

/** Starts to take jobs from the queue. */
export function startWorker(parts: WorkerParts): RunningWorker {
  return parts.queue.work(
    (attempt) => parts.execute('value character', () => runJob(parts, attempt)),
    parts.concurrency,
  );
}

async function runJob(parts: WorkerParts, { job, lastAttempt }: JobAttempt): Promise<void> {
  const log = parts.log.child({ correlationId: job.correlationId, characterKey: job.characterKey });
  const trace: Trace = {};
  // A failure that another try can mend is thrown to the queue, and after its last try left to the sweep.
  try {
    await valueCharacter(parts, job, trace);
    log.info({ through: job.through }, 'requests settled');
  } catch (error) {
    const passing = error instanceof UpstreamError || error instanceof ProblemError;
    log.warn({ err: error, passing, lastAttempt }, 'valuation failed');
    if (passing || !lastAttempt) throw error;
    await parkRequests(parts, job, { error: error instanceof Error ? error : new Error(String(error)), trace });
  }
}

/**
 * Sweeps now and every 30 s, in one elected process: queues again what is pending, so that a lost queue or job loses no
 * request, and removes payloads past their retention.
 */
export async function runSweep(
  parts: Pick<WorkerParts, 'database' | 'queue' | 'execute'>,
  lead: Lead,
  signal: AbortSignal,
): Promise<void> {
  await lead('sweep', signal, async (leading) => {
    while (!leading.aborted) {
      await parts.execute('sweep backlog', () => sweepBacklog(parts.database, parts.queue), { orDefault: 0 });
      await parts.execute('prune payload archive', () => pruneArchive(parts.database), { orDefault: 0 });
      await setTimeout(SWEEP_MS, undefined, { signal: leading }).catch(() => undefined);
    }
  });
}
