import cluster from 'node:cluster';
import type { Router } from 'express';
import { releaseParked } from './commands/parking/release-parked.ts';
import { controlReplay } from './commands/replay/control.ts';
import type { Lead } from './event-store/subscription.ts';
import { createAdminRoutes } from './ops/admin.ts';
import { createHealthRoutes, type Check } from './ops/health.ts';
import type { ReleaseParked } from './ops/parked-routes.ts';
import type { ControlReplay } from './ops/replay-routes.ts';
import { holdLeadership } from './platform/advisory-lock.ts';
import { joinPrimary, type Primary } from './platform/cluster/member.ts';
import type { Config, Role } from './platform/config.ts';
import { assertConnectionsFit, type ConnectionBudget } from './platform/database-budget.ts';
import type { Client } from './platform/database-client.ts';
import { openDatabase, openOperatorsDatabase } from './platform/database.ts';
import { createExecutor } from './platform/execute.ts';
import { createApp } from './platform/http/app.ts';
import { listen } from './platform/http/server.ts';
import { Lifeline } from './platform/lifeline.ts';
import { createLogger } from './platform/logging.ts';
import { createMetrics, exportPool } from './platform/metrics.ts';
import { assertPostgresGuarded } from './platform/postgres-guard.ts';
import { openQueue } from './platform/queue.ts';
import { REPLAY_LOCK } from './platform/read-models/replay.ts';
import { isSessionLocked } from './platform/session-lock.ts';
import { expectationHistoryProjection } from './projections/expectation-history.ts';
import { expectationProjection } from './projections/expectation.ts';
import { settlementProjection } from './projections/settlement.ts';
import { startApiRole } from './roles/api.ts';
import { follow, type Parts } from './roles/parts.ts';
import { startWebProcesses } from './roles/web-processes.ts';
import { startWorkerRole } from './roles/worker.ts';
import { migrateAll, openEventStore, providePostgres, queueBackend } from './services.ts';

/** A running process of the system; `url` is where its HTTP endpoints are. */
export interface Application {
  readonly url: string;
  /** Stops in the order of `Lifeline`. */
  stop(): Promise<void>;
  /** What has not stopped yet; the first is what is stopping. */
  left(): readonly string[];
}

const HTTP_GRACE_MS = 10_000;
/** Of one process: operators 2, queue 2 × 2 and 2 listeners, leader locks 5, wake-ups of the log 1, and one to spare. */
const CONNECTIONS_BESIDES_POOL = 15;
/** Of one of several web processes: operators 2, queue 2, wake-ups of the log 1, and one to spare. */
const CONNECTIONS_BESIDES_WEB_POOL = 6;

/** What a start may bring of its own: tests run the sources, whose thread is another file than the compiled one. */
export interface StartOptions {
  readonly valuationThread?: URL;
  /** See `DatabaseOptions`. */
  readonly noticeNesting?: boolean;
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

/** One process does everything; or several answer HTTP, and the one that started them does the rest, once. */
type Share = 'everything' | 'web' | 'rest';

function shareOf({ WEB_CONCURRENCY, ROLE }: Config): Share {
  if (WEB_CONCURRENCY === 1 || !ROLE.includes('api')) return 'everything';
  return cluster.isWorker ? 'web' : 'rest';
}

/** On every log line; several web processes write to one output. */
function identity({ ROLE }: Config, share: Share): Record<string, string | number> {
  return { role: ROLE.join(','), ...(share === 'web' ? { pid: process.pid } : {}) };
}

async function start(config: Config, options: StartOptions, lifeline: Lifeline): Promise<Application> {
  const share = shareOf(config);
  const log = createLogger(config.LOG_LEVEL, identity(config, share));
  const metrics = createMetrics();
  const execute = createExecutor(log, metrics);

  const postgres = lifeline.add('services', await providePostgres(config, log), (it) => it.stop());
  if (share !== 'web') await migrateAll(config, postgres.url, log);
  const poolSize = config.DATABASE_POOL_SIZE;
  const { noticeNesting } = options;
  const pool = { url: postgres.url, applicationName: 'pve', poolSize, ...(noticeNesting ? { noticeNesting } : {}) };
  const database = lifeline.add('database', openDatabase(pool), (it) => it.close());
  if (share !== 'web') await assertConnectionsFit(database, connections(config, share));
  exportPool(metrics.registry, () => database.stats());
  const store = lifeline.add('event store', await openEventStore(config, postgres.url, database), (it) => it.close());
  const queue = lifeline.add('queue', openQueue(queueBackend(config, postgres.url), log), (it) => it.close());
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
    valuationThread: options.valuationThread,
    now: () => new Date(),
  };

  const plays = (role: Role): boolean => share !== 'web' && config.ROLE.includes(role);
  if (plays('projector')) startProjector(parts);
  if (plays('worker')) await startWorkerRole(parts);
  const primary = share === 'web' ? joinPrimary(metrics.registry) : undefined;
  const url = share === 'rest' ? await startWebProcesses(parts) : await startHttp(parts, primary);
  log.info({ url, roles: config.ROLE }, 'started');
  return { url, stop: () => lifeline.end(), left: () => lifeline.left() };
}

/** Keeps the read models. */
function startProjector(parts: Parts): void {
  follow(parts, expectationProjection);
  follow(parts, expectationHistoryProjection);
  follow(parts, settlementProjection);
}

/** Health and metrics for every role; commands and reads for `api`; the operators' endpoints for `ops`. */
async function startHttp(parts: Parts, primary: Primary | undefined): Promise<string> {
  const { config, log, metrics, lifeline } = parts;
  const routers = [healthRoutes(parts, primary)];
  const api = config.ROLE.includes('api') ? await startApiRole(parts) : undefined;
  // Operators come before the public's routes, and so before their limits: they must get through when nobody else does.
  if (config.ROLE.includes('ops')) routers.push(adminRoutes(parts));
  if (api !== undefined) routers.push(...api.routers);
  const app = createApp(routers, log, metrics);
  const server = await listen(api?.inFrontOf(app) ?? app, { host: config.HOST, port: config.PORT }, api?.early);
  lifeline.add('readiness', server, (it) => it.drain(config.DRAIN_SECONDS * 1000));
  lifeline.add('requests', server, (it) => it.close(HTTP_GRACE_MS));
  return server.url;
}

/** One of several processes answers for all of them. */
function healthRoutes({ metrics, database, queue, lifeline }: Parts, primary: Primary | undefined): Router {
  const checks: Record<string, Check> = { database: () => database.query(ask), queue: () => queue.ping() };
  if (primary !== undefined) checks.processes = () => mostAnswer(primary);
  const scrape = primary?.metrics ?? (() => metrics.registry.metrics());
  return createHealthRoutes({ checks, scrape, accepting: () => !lifeline.ending });
}

/** With fewer than half of its processes a machine is not one to send requests to. */
async function mostAnswer(primary: Primary): Promise<void> {
  const { expected, answering } = await primary.processes();
  if (answering * 2 < expected) throw new Error(`${answering} of ${expected} answer`);
}

function connections({ DATABASE_POOL_SIZE: poolSize, WEB_CONCURRENCY }: Config, share: Share): ConnectionBudget {
  const web = share === 'rest' ? WEB_CONCURRENCY : 0;
  const besides = CONNECTIONS_BESIDES_POOL + web * CONNECTIONS_BESIDES_WEB_POOL;
  return { processes: 1 + web, poolSize, besides };
}

function adminRoutes({ databaseUrl, store, lifeline, now }: Parts): Router {
  const operators = openOperatorsDatabase({ url: databaseUrl, applicationName: 'pve-operators' });
  lifeline.add('database', operators, (it) => it.close());
  const release: ReleaseParked = (command) => releaseParked({ store, database: operators, now }, command);
  const coordinated = () => operators.query((sql) => isSessionLocked(sql, REPLAY_LOCK));
  const control: ControlReplay = async ({ id, verb, by }) =>
    (await controlReplay({ store, author: { actor: by, now }, coordinated }, id, verb)).state;
  return createAdminRoutes({ database: operators, store, releaseParked: release, controlReplay: control });
}

async function ask(sql: Client): Promise<void> {
  await sql`select 1`;
}
