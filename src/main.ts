import type { Router } from 'express';
import { createDispatcher } from './commands/dispatcher.ts';
import { createAcceptRequest } from './commands/requests/accept-request.ts';
import { createCommandRoutes } from './commands/requests/routes.ts';
import { createUpstreamClient } from './commands/upstream/client.ts';
import { archivePayload } from './commands/valuation/payload-archive.ts';
import { runSweep, startWorker } from './commands/valuation/worker.ts';
import type { EventStore } from './event-store/event-store.ts';
import { createGroupAppend } from './event-store/group-append.ts';
import type { Subscriber } from './event-store/subscriber.ts';
import { runSubscription, type Lead } from './event-store/subscription.ts';
import { createAdminRoutes } from './ops/admin.ts';
import { createHealthRoutes } from './ops/health.ts';
import { holdLeadership } from './platform/advisory-lock.ts';
import type { Config, Role } from './platform/config.ts';
import { assertConnectionsFit } from './platform/database-budget.ts';
import type { Client } from './platform/database-client.ts';
import { openDatabase, openOperatorsDatabase, type Database } from './platform/database.ts';
import { createExecutor, type Executor } from './platform/execute.ts';
import { createApp } from './platform/http/app.ts';
import { listen } from './platform/http/server.ts';
import { createLogger, type Logger } from './platform/logging.ts';
import { createMetrics, exportPool, type Metrics } from './platform/metrics.ts';
import { assertPostgresGuarded } from './platform/postgres-guard.ts';
import { openQueue, type ValuationQueue } from './platform/queue.ts';
import { openValuationPool } from './platform/valuation-pool.ts';
import { expectationProjection } from './projections/expectation.ts';
import { settlementProjection } from './projections/settlement.ts';
import { createCharacterRoutes } from './read-api/character-routes.ts';
import { createRequestRoutes } from './read-api/request-routes.ts';
import { createExplorer } from './read-api/what-if.ts';
import { migrateAll, openEventStore, providePostgres, provideUpstream, queueBackend } from './services.ts';
import { Lifeline } from './platform/lifeline.ts';

/** A running process of the system; `url` is where its HTTP endpoints are. */
export interface Application {
  readonly url: string;
  /** Stops in order: accepting, requests in flight, workers, subscriptions, connections, own services. */
  stop(): Promise<void>;
}

/** What every role is built from. */
interface Parts {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly execute: Executor;
  readonly databaseUrl: string;
  readonly database: Database;
  readonly store: EventStore;
  readonly queue: ValuationQueue;
  readonly lead: Lead;
  readonly lifeline: Lifeline;
}

const HTTP_GRACE_MS = 10_000;
/** Of one process: operators 2, queue 2 × 2 and 2 listeners, leader locks 4, wake-ups of the log 1, and one to spare. */
const CONNECTIONS_BESIDES_POOL = 14;
/** Threads that value characters for a worker process. */
const WORKER_THREADS = 1;
const now = (): Date => new Date();

/** What a start may bring of its own: tests run the sources, whose thread is another file than the compiled one. */
export interface StartOptions {
  readonly valuationThread?: URL;
}

/** Reads top to bottom how the system is put together: services, shared parts, roles, HTTP. */
export async function startApplication(config: Config, options: StartOptions = {}): Promise<Application> {
  assertPostgresGuarded();
  const lifeline = new Lifeline();
  // A start that fails stops what it has started.
  try {
    return await start(config, options, lifeline);
  } catch (error) {
    await lifeline.end();
    throw error;
  }
}

async function start(config: Config, options: StartOptions, lifeline: Lifeline): Promise<Application> {
  const log = createLogger(config.LOG_LEVEL, { role: config.ROLE.join(',') });
  const metrics = createMetrics();
  const execute = createExecutor(log, metrics);

  const postgres = lifeline.add(await providePostgres(config, log), (service) => service.stop());
  await migrateAll(config, postgres.url, log);
  const poolSize = config.DATABASE_POOL_SIZE;
  const database = lifeline.add(openDatabase({ url: postgres.url, applicationName: 'pve', poolSize }), (it) =>
    it.close(),
  );
  await assertConnectionsFit(database, { processes: 1, poolSize, besides: CONNECTIONS_BESIDES_POOL });
  exportPool(metrics.registry, () => database.stats());
  const store = lifeline.add(openEventStore(config, postgres.url, database), (it) => it.close());
  const queue = lifeline.add(openQueue(queueBackend(config, postgres.url), log), (it) => it.close());
  const lead: Lead = (key, signal, onLeader) => holdLeadership({ url: postgres.url, key, signal, onLeader, log });
  const parts: Parts = {
    config,
    log,
    metrics,
    execute,
    databaseUrl: postgres.url,
    database,
    store,
    queue,
    lead,
    lifeline,
  };

  const plays = (role: Role): boolean => config.ROLE.includes(role);
  if (plays('projector')) startProjector(parts);
  if (plays('worker')) await startWorkerRole(parts, options);
  const url = await startHttp(parts, options);
  log.info({ url, roles: config.ROLE }, 'started');
  return { url, stop: () => lifeline.end() };
}

/** Keeps the read models. */
function startProjector(parts: Parts): void {
  follow(parts, expectationProjection);
  follow(parts, settlementProjection);
}

/** Dispatches requests, fetches and values characters. */
async function startWorkerRole(parts: Parts, options: StartOptions): Promise<void> {
  const { config, database, store, queue, lifeline } = parts;
  const upstream = lifeline.add(await provideUpstream(config), (service) => service.stop());
  const client = lifeline.add(createUpstreamClient({ baseUrl: upstream.url, apiKey: upstream.apiKey }), (it) =>
    it.close(),
  );
  const valuator = lifeline.add(
    await openValuationPool({ threads: WORKER_THREADS, thread: options.valuationThread }),
    (it) => it.close(),
  );
  const archive = (hash: string, payload: Buffer): Promise<void> => archivePayload(database, hash, payload);
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const worker = {
    ...parts,
    store,
    client,
    valuator,
    archive,
    freshForSeconds,
    now,
    concurrency: config.WORKER_CONCURRENCY,
  };
  lifeline.add(startWorker(worker), (it) => it.stop());
  follow(parts, createDispatcher(queue));
  inBackground(parts, 'sweep', (signal) => runSweep(parts, parts.lead, signal));
}

/** Health and metrics for every role; commands and reads for `api`; the operators' endpoints for `ops`. */
async function startHttp(parts: Parts, options: StartOptions): Promise<string> {
  const { config, log, metrics, database, queue, lifeline } = parts;
  const checks = { database: () => database.query(ask), queue: () => queue.ping() };
  const routers = [createHealthRoutes({ checks, metrics, accepting: () => !lifeline.ending })];
  if (config.ROLE.includes('api')) routers.push(...(await apiRoutes(parts, options)));
  if (config.ROLE.includes('ops')) routers.push(adminRoutes(parts));
  const server = await listen(createApp(routers, log, metrics), { host: config.HOST, port: config.PORT });
  lifeline.add(server, (it) => it.close(HTTP_GRACE_MS));
  return server.url;
}

function adminRoutes({ databaseUrl, store, lifeline }: Parts): Router {
  const operators = openOperatorsDatabase({ url: databaseUrl, applicationName: 'pve-operators' });
  lifeline.add(operators, (it) => it.close());
  return createAdminRoutes({ database: operators, store });
}

async function ask(sql: Client): Promise<void> {
  await sql`select 1`;
}

async function apiRoutes({ config, database, store, lifeline }: Parts, options: StartOptions): Promise<Router[]> {
  const acceptRequest = createAcceptRequest({ store, append: createGroupAppend(store), now });
  const fileRequest = (wish: { characterName: string; correlationId: string }) =>
    acceptRequest({ ...wish, actor: 'reader' });
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const threads = { threads: config.VALUATION_THREADS, thread: options.valuationThread };
  const pool = lifeline.add(await openValuationPool(threads), (it) => it.close());
  const explorer = createExplorer({ database, pool });
  return [
    createCommandRoutes({ acceptRequest, database }),
    createCharacterRoutes({ database, fileRequest, freshForSeconds, now, explorer }),
    createRequestRoutes({ store, database }),
  ];
}

function follow(parts: Parts, subscriber: Subscriber): void {
  inBackground(parts, `subscription ${subscriber.name}`, (signal) => runSubscription(subscriber, parts, signal));
}

/** Runs work until the end of the application, which waits for it. */
function inBackground(parts: Parts, name: string, work: (signal: AbortSignal) => Promise<void>): void {
  const end = new AbortController();
  const done = parts.execute(name, () => work(end.signal), { orDefault: undefined });
  parts.lifeline.add(end, async () => {
    end.abort();
    await done;
  });
}
