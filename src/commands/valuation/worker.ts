import { ProblemError } from '../../domain/errors.ts';
import type { Executor } from '../../platform/execute.ts';
import type { Logger } from '../../platform/logging.ts';
import { PutBackError, type JobAttempt, type RunningWorker, type ValuationQueue } from '../../platform/queue.ts';
import { findPendingWork } from '../../platform/read-models/backlog.ts';
import type { Circuit } from '../upstream/circuit.ts';
import { DeferredError } from '../upstream/deferred-error.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { parkRequests, valueCharacter, type Trace, type ValueCharacterParts } from './value-character.ts';

export interface WorkerParts extends ValueCharacterParts {
  readonly queue: ValuationQueue;
  readonly circuit: Pick<Circuit, 'held' | 'onHeld'>;
  readonly concurrency: number;
  readonly execute: Executor;
  readonly log: Logger;
}

/** A job put back waits at least and at most this long; budget may be far away, and the limits may change before. */
const PUT_BACK_MS = { least: 1000, most: 300_000 } as const;
/** "Not yet" is a matter of minutes. */
const NOT_YET_MS = 30_000;

/** Starts to take jobs from the queue; takes none while the upstream is held. */
export function startWorker(parts: WorkerParts): RunningWorker {
  const worker = parts.queue.work(
    (attempt) => parts.execute('value character', () => runJob(parts, attempt)),
    parts.concurrency,
  );
  parts.circuit.onHeld((held) => {
    parts.execute.owned(held ? 'pause worker' : 'resume worker', () => (held ? worker.pause() : worker.resume()));
  });
  return worker;
}

async function runJob(parts: WorkerParts, { job: queued, lastAttempt }: JobAttempt): Promise<void> {
  const log = parts.log.child({ correlationId: queued.correlationId, characterKey: queued.characterKey });
  const { heldBack, ...work } = await parts.database.query((sql) => findPendingWork(sql, queued));
  // It was queued before the run began, and would escape its pace and its pauses: the run will hand it out.
  if (queued.replayed !== true && heldBack) return;
  // All that the dispatcher knows of by now: what came while the job waited would need another one.
  const job = { ...queued, ...work };
  const trace: Trace = {};
  // A failure that another try can mend is thrown to the queue, and after its last try left to the sweep.
  try {
    await valueCharacter(parts, job, trace);
    log.info({ through: job.through }, 'requests settled');
  } catch (error) {
    const putBackMs = putBackTime(parts, error);
    if (putBackMs !== undefined) {
      log.info({ reason: String(error), putBackMs }, 'put back');
      throw new PutBackError(putBackMs, error);
    }
    const passing = error instanceof UpstreamError || error instanceof ProblemError;
    log.warn({ err: error, passing, lastAttempt }, 'valuation failed');
    if (passing || !lastAttempt) throw error;
    await parkRequests(parts, job, { error: error instanceof Error ? error : new Error(String(error)), trace });
  }
}

/** How long a job waits that is put back without an attempt spent, in ms; `undefined` for a failure that counts. */
function putBackTime({ circuit }: WorkerParts, error: unknown): number | undefined {
  if (error instanceof DeferredError) {
    return Math.min(Math.max(error.retryAfterMs, PUT_BACK_MS.least), PUT_BACK_MS.most);
  }
  if (!(error instanceof UpstreamError)) return undefined;
  if (error.class === 'not-yet') return NOT_YET_MS;
  return error.class === 'our-fault' || circuit.held() ? PUT_BACK_MS.least : undefined;
}
