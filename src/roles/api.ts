import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import type { Router } from 'express';
import { createAcceptRequest } from '../commands/requests/accept-request.ts';
import { createCommandRoutes } from '../commands/requests/routes.ts';
import { Spool, type Append } from '../commands/spool/spool.ts';
import { ProblemError } from '../domain/errors.ts';
import type { Reading } from '../platform/database.ts';
import type { Admission } from '../platform/http/admission.ts';
import type { EarlyAnswers } from '../platform/http/early-answers.ts';
import { createFrontDoor, type FrontDoor } from '../platform/http/front-door.ts';
import { RateExceeded } from '../platform/http/rate-limit.ts';
import { openRedis } from '../platform/redis.ts';
import { openValuationPool } from '../platform/valuation-pool.ts';
import { AnswerCache } from '../read-api/cache/answer-cache.ts';
import { openChangeFeed, type ChangeListener } from '../read-api/cache/change-feed.ts';
import { createLookUp } from '../read-api/cache/look-up.ts';
import { createSharedTier, type SharedTier } from '../read-api/cache/shared-tier.ts';
import { createWaiters } from '../read-api/cache/waiters.ts';
import { createCharacterRoutes, EXPECTATION_PATH } from '../read-api/character-routes.ts';
import type { FileRequest } from '../read-api/expectation.ts';
import { createHistoryRoutes } from '../read-api/history-routes.ts';
import { createHotLane, type HotLane } from '../read-api/hot-lane.ts';
import { createAtLeast } from '../read-api/min-position.ts';
import { createReadMetrics } from '../read-api/read-metrics.ts';
import { createReadTimes } from '../read-api/read-times.ts';
import { createRequestRoutes } from '../read-api/request-routes.ts';
import { tellReadTimes } from '../read-api/tell-read-times.ts';
import { createExplorer } from '../read-api/what-if.ts';
import { inBackground, type Parts } from './parts.ts';
import { createProtection } from './protection.ts';

/** The public endpoints. */
export interface Api {
  readonly routers: readonly Router[];
  /** Stands in front of Express: answers plain reads, and refuses what would be refused behind it. */
  readonly inFrontOf: (express: RequestListener) => RequestListener;
  /** What it answers in front of node:http. */
  readonly early: EarlyAnswers;
}

/** Commands and reads, behind their protection. */
export async function startApiRole(parts: Parts): Promise<Api> {
  const { config, lifeline, valuationThread, now, log, metrics } = parts;
  const { clientOf, requests, filing: limits, router: protection, ...guard } = createProtection(parts);
  const { admission, p99 } = createReadTimes(guard.admission);
  inBackground(parts, 'read times', (signal) => tellReadTimes({ ...parts, p99 }, signal));
  const { database, store, append } = admitted(parts, admission);
  const spool = await startSpool(parts, append);
  const acceptRequest = createAcceptRequest({ store, append: (one) => spool.append(one), limits, now });
  // A read for which nothing can be filed now is answered all the same, with what there is.
  const fileRequest: FileRequest = (wish) => acceptRequest({ ...wish, actor: 'reader' }).catch(withoutFiling);
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const threads = { threads: config.VALUATION_THREADS, thread: valuationThread };
  const pool = lifeline.add('jobs', await openValuationPool(threads), (it) => it.close());
  const explorer = createExplorer({ database, pool, admission });
  const { cache, waiters } = await startCache(parts, { admission, freshForSeconds });
  const { countHit, countRead } = createReadMetrics(metrics.registry, () => cache.stats());
  const sending = { cache, freshForSeconds, countRead };
  const onLoaded = (seconds: number, status: number): void =>
    metrics.httpSeconds.observe({ method: 'GET', route: EXPECTATION_PATH, status }, seconds);
  const guarding = { admission, limit: requests, clientOf };
  const lane = createHotLane({ ...sending, ...guarding, now: Date.now, log, countHit, onLoaded });
  const reads = { store, database, atLeast: createAtLeast({ database, store, admission }) };
  const filing = { fileRequest, admission, waiters, clientOf };
  const routers = [
    protection,
    createCommandRoutes({ acceptRequest, database, clientOf }),
    createCharacterRoutes({ ...reads, ...sending, ...filing, now, explorer, lane }),
    createHistoryRoutes(reads),
    createRequestRoutes({ ...reads, mayBeSpooled: () => spool.mayHold() }),
  ];
  return { routers, early: lane.early, inFrontOf: (express) => inFrontOf(express, lane, createFrontDoor(admission)) };
}

/** The lane, then the front door, then Express. */
function inFrontOf(express: RequestListener, lane: HotLane, refuse: FrontDoor): RequestListener {
  const guarded: RequestListener = (request, response) => {
    if (!refuse(request, response)) express(request, response);
  };
  return (request, response) => lane.answer(request, response, guarded);
}

function withoutFiling(error: unknown): undefined {
  if (error instanceof RateExceeded) return undefined;
  if (error instanceof ProblemError && error.code === 'overloaded') return undefined;
  throw error;
}

/** The database and the log as strangers reach them: when admission lets them. */
function admitted(parts: Parts, admission: Admission) {
  const database: Reading = {
    query: (work) => admission.run('reads', () => parts.database.query(work)),
  };
  const store: Pick<Parts['store'], 'readLast' | 'readStream' | 'storeId'> = {
    readLast: (stream) => admission.run('reads', () => parts.store.readLast(stream)),
    readStream: (stream, from, limit) => admission.run('reads', () => parts.store.readStream(stream, from, limit)),
    storeId: () => parts.store.storeId(),
  };
  const append: Append = ({ stream, expectedRevision, events }) =>
    admission.run('commands', () => parts.store.append(stream, expectedRevision, events));
  return { database, store, append };
}

/** Keeps accepting while the log is away. */
async function startSpool(parts: Parts, append: Append): Promise<Spool> {
  const { config, store, metrics } = parts;
  const folder = resolve(config.PVE_DATA_DIR, 'spool');
  const storeId = await store.storeId();
  const spool = new Spool({ ...parts, folder, storeId, append, registry: metrics.registry });
  inBackground(parts, 'spool', (signal) => spool.run(signal));
  return spool;
}

/** The tiers of ready answers, kept right by the change feed of the read models. */
async function startCache(
  parts: Parts,
  { admission, freshForSeconds }: { admission: Admission; freshForSeconds: () => number },
) {
  const { config, execute, lifeline, now } = parts;
  const feed = await openChangeFeed({ database: parts.database, execute });
  const shared = openShared(parts);
  shared?.use(feed.generation);
  const cache = new AnswerCache({
    lookUp: createLookUp(parts.database, admission),
    shared,
    capacityBytes: config.CACHE_L1_MEGABYTES * 1024 ** 2,
    ttlSeconds: () => config.CACHE_L1_TTL_SECONDS,
    serveStaleSeconds: () => config.CACHE_SERVE_STALE_SECONDS,
    freshForSeconds,
    now,
  });
  const waiters = lifeline.add('readiness', createWaiters(), (it) => it.close());
  const listener: ChangeListener = {
    changed(key, changedAt) {
      cache.changed(key, changedAt);
      waiters.wake(key);
    },
    settled(key) {
      cache.settled(key);
      waiters.wake(key);
    },
    swapped(generation) {
      cache.swapped(generation);
      waiters.wakeAll();
    },
  };
  inBackground(parts, 'cache feed', (signal) => feed.follow(listener, signal));
  return { cache, waiters };
}

function openShared({ config, lifeline, log, execute }: Parts): SharedTier | undefined {
  if (config.REDIS_URL === undefined) return undefined;
  const redis = lifeline.add('redis', openRedis(config.REDIS_URL, log), (it) => it.disconnect());
  return createSharedTier({ redis, execute, now: Date.now });
}
