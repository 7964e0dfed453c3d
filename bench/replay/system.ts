import { openDatabase, type Database } from '../../src/platform/database.ts';
import { openClient, type Client } from '../../src/platform/database-client.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';
import { openStage, type Server, type Stage } from '../read/stage.ts';
import { watchJobs, type ActiveJobs } from './active-jobs.ts';
import { Processes } from './processes.ts';
import { API_MEGABYTES } from './reads.ts';
import { STANDIN_KEY, startStandin, type StandinProcess } from './standin.ts';

/** Characters that the worker values at a time. */
export const WORKER_CONCURRENCY = 16;

/**
 * What differs from the defaults: the budget as high as it goes, and an outage that is noticed to be over soon, for the
 * default is 30 s of probes and 20 s of ramp, in which nothing could be measured.
 */
export const WORKER_SETTINGS = {
  UPSTREAM_REQUESTS_PER_SECOND: '500',
  UPSTREAM_REQUESTS_PER_DAY: '20000000',
  UPSTREAM_CONCURRENCY: '16',
  UPSTREAM_PROBE_INTERVAL_MS: '500',
  UPSTREAM_RAMP_STEP_MS: '500',
  WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
} as const;

/** The compiled program as processes, with what they need. */
export interface System {
  readonly stage: Stage;
  readonly standin: StandinProcess;
  readonly processes: Processes;
  readonly sql: Client;
  readonly store: EventStore;
  readonly jobs: ActiveJobs;
  readonly startApi: () => Promise<Server>;
  readonly startProjector: () => Promise<Server>;
  readonly startWorker: () => Promise<Server>;
  close(): Promise<void>;
}

export async function openSystem(): Promise<System> {
  const stage = await openStage();
  const { databaseUrl, redisUrl } = stage;
  const processes = new Processes();
  processes.watch('postgres', stage.postgresPid);
  processes.watch('redis', stage.redisPid);
  const standin = await startStandin();
  await processes.start('standin', () => Promise.resolve(standin));
  const database: Database = openDatabase({ url: databaseUrl, applicationName: 'bench', poolSize: 8 });
  const store = createPostgresEventStore({ database, url: databaseUrl });
  const sql = openClient(databaseUrl, { max: 2 });
  const jobs = watchJobs({ redisUrl, databaseUrl });
  const queue = redisUrl === undefined ? {} : { REDIS_URL: redisUrl };
  const upstream = { UPSTREAM_URL: standin.url, NEXON_API_KEY: STANDIN_KEY };
  // No Redis for the API process: what is not in its memory it reads from the database.
  const api = { SNAPSHOT_FRESH_FOR_SECONDS: '86400', CACHE_L1_MEGABYTES: String(API_MEGABYTES), ...upstream };
  return {
    stage,
    standin,
    processes,
    sql,
    store,
    jobs,
    startApi: () => stage.serve({ ...api, ROLE: 'api' }),
    startProjector: () => stage.serve({ ...queue, ...upstream, ROLE: 'projector' }),
    startWorker: () => stage.serve({ ...queue, ...upstream, ...WORKER_SETTINGS, ROLE: 'worker' }),
    close: async () => {
      await processes.endAll();
      await jobs.close();
      await store.close();
      await Promise.all([database.close(), sql.end({ timeout: 5 })]);
      await stage.close();
    },
  };
}
