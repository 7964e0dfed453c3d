import {
  createPostgresBackend,
  DelayedError,
  Queue,
  runMigrations,
  withBackend,
  Worker,
  type Job,
  type JobsOptions,
} from 'bullmq';
import pg from 'pg';
import type { Logger } from './logging.ts';

/** Where the queue lives. It is never the truth: what is pending is in the log and comes back by the sweep. */
export type QueueBackend = { readonly redisUrl: string } | { readonly databaseUrl: string };

/**
 * Work on one character: value it and settle its requests up to `through` (a log position, decimal text), and those that have
 * become known while the job waited.
 */
export interface ValuationJob {
  readonly characterKey: string;
  readonly characterName: string;
  readonly through: string;
  /** When the newest of these requests was accepted, ISO-8601. */
  readonly requestedAt: string;
  readonly class: 'interactive' | 'batch';
  readonly correlationId: string;
  /** Handed out by a replay run, which has the backlog at or below its mark to itself. */
  readonly replayed?: boolean;
}

/** One try at a job. `lastAttempt`: a failure now leaves the job to the sweep. */
export interface JobAttempt {
  readonly job: ValuationJob;
  readonly lastAttempt: boolean;
}

/** Thrown by a job that could not be begun: it waits this long and comes back, and no attempt is spent. */
export class PutBackError extends Error {
  override readonly name = 'PutBackError';
  readonly delayMs: number;

  constructor(delayMs: number, cause: unknown) {
    super('put back', { cause });
    this.delayMs = delayMs;
  }
}

export interface RunningWorker {
  /** Takes no new jobs in this process until `resume`; the active ones go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * How many jobs it may work on at a time from now on, at least 1. Fewer: those that are active go on, and none follows until
   * there are fewer. More: noticed when the next one ends or comes.
   */
  setConcurrency(jobs: number): void;
  /** Takes no new jobs and waits for the active ones. */
  stop(): Promise<void>;
}

export interface ValuationQueue {
  /** At most one waiting job per character: a later add replaces what an active one will be followed by. */
  add(jobs: readonly ValuationJob[]): Promise<void>;
  work(process: (attempt: JobAttempt) => Promise<void>, concurrency: number): RunningWorker;
  /** Jobs that could be taken now. */
  waiting(): Promise<number>;
  /** Rejects when the queue cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const NAME = 'valuation';
const ATTEMPTS = 3;
const PRIORITY = { interactive: 1, batch: 10 } as const;
const FAILED_KEPT_SECONDS = 3600;

/** Times that have proven themselves: a worker killed mid-job is noticed within seconds, and never fails the job for good. */
const WORKER_OPTIONS = {
  lockDuration: 4000,
  stalledInterval: 1000,
  maxStalledCount: 1000,
  runRetryDelay: 1000,
  // Without a limiter a later rate limit of the queue would have no effect; this one never binds.
  limiter: { max: 1_000_000, duration: 1000 },
};

/** Creates the queue's own tables where it lives in PostgreSQL. */
export async function migrateQueue(backend: QueueBackend): Promise<void> {
  if ('redisUrl' in backend) return;
  const client = new pg.Client({ connectionString: backend.databaseUrl });
  await client.connect();
  await runMigrations(client).finally(() => client.end());
}

/** Opens the queue. Call it only once its backend answers. Connections that fail later are retried and logged. */
export function openQueue(backend: QueueBackend, log: Logger): ValuationQueue {
  const report = (error: unknown): void => log.warn({ err: error }, 'queue');
  const bull = connect(backend, report);
  return {
    async add(jobs) {
      await bull.queue.addBulk(jobs.map((data) => ({ name: NAME, data, opts: jobOptions(data) })));
    },
    work(process, concurrency) {
      const worker = bull.makeWorker(async (job, token) => {
        const lastAttempt = job.attemptsMade + 1 >= ATTEMPTS;
        await process({ job: job.data, lastAttempt }).catch((error: unknown) => putBack(job, token, error));
      }, concurrency);
      // Locally: a paused queue would outlive the process that paused it.
      return {
        pause: () => worker.pause(true),
        resume: () => worker.resume(),
        setConcurrency: (jobs) => (worker.concurrency = jobs),
        stop: () => worker.close(),
      };
    },
    waiting: () => bull.queue.getJobCountByTypes('waiting', 'prioritized'),
    async ping() {
      await bull.queue.getJobCountByTypes('active');
    },
    close: () => bull.queue.close(),
  };
}

type Process = (job: Job<ValuationJob>, token?: string) => Promise<void>;

/** Moves a job that could not be begun out of the way, without counting an attempt; other failures go on. */
async function putBack(job: Job<ValuationJob>, token: string | undefined, error: unknown): Promise<never> {
  if (!(error instanceof PutBackError)) throw error;
  await job.moveToDelayed(Date.now() + error.delayMs, token);
  throw new DelayedError();
}

/** What we use of BullMQ's queues and workers, whichever backend they run on. */
interface Bull {
  readonly queue: {
    addBulk(jobs: { name: string; data: ValuationJob; opts: JobsOptions }[]): Promise<unknown>;
    getJobCountByTypes(...types: ('active' | 'waiting' | 'prioritized')[]): Promise<number>;
    close(): Promise<void>;
  };
  makeWorker(process: Process, concurrency: number): BullWorker;
}

interface BullWorker {
  concurrency: number;
  pause(letActiveGoOn: boolean): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

function connect(backend: QueueBackend, report: (error: unknown) => void): Bull {
  if ('databaseUrl' in backend) {
    const connection = { connectionString: backend.databaseUrl, max: 2, keepAlive: true };
    const { Queue, Worker } = withBackend(createPostgresBackend);
    return {
      queue: new Queue<ValuationJob>(NAME, { connection }).on('error', report),
      makeWorker: (process, concurrency) =>
        new Worker(NAME, process, { connection, concurrency, ...WORKER_OPTIONS }).on('error', report),
    };
  }
  const redis = (maxRetriesPerRequest: number | null) => ({
    url: backend.redisUrl,
    maxRetriesPerRequest,
    retryStrategy: (tries: number) => Math.min(tries * 100, 1000),
  });
  return {
    queue: new Queue<ValuationJob>(NAME, { connection: redis(1) }).on('error', report),
    makeWorker: (process, concurrency) =>
      new Worker(NAME, process, { connection: redis(null), concurrency, ...WORKER_OPTIONS }).on('error', report),
  };
}

function jobOptions(job: ValuationJob): JobsOptions {
  return {
    deduplication: { id: job.characterKey, keepLastIfActive: true },
    priority: PRIORITY[job.class],
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: { age: FAILED_KEPT_SECONDS },
  };
}
