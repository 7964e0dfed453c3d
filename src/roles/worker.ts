import { createDispatcher } from '../commands/dispatcher.ts';
import { createGuardedUpstream, type GuardedUpstream } from '../commands/upstream/guarded-upstream.ts';
import { runRecovery } from '../commands/upstream/recovery.ts';
import { archivePayload } from '../commands/valuation/payload-archive.ts';
import { runSweep } from '../commands/valuation/sweep.ts';
import { startWorker } from '../commands/valuation/worker.ts';
import { createYield, keepYielding } from '../commands/valuation/yield.ts';
import { createLiveSignals } from '../commands/yielding/live-signals.ts';
import { findProbeName } from '../platform/read-models/backlog.ts';
import { openValuationPool } from '../platform/valuation-pool.ts';
import { provideUpstream } from '../services.ts';
import { follow, inBackground, type Parts } from './parts.ts';

/** Threads that value characters for a worker process. */
const WORKER_THREADS = 1;
/** Looked up by a probe when nobody waits and nobody is known; that it may not exist does not matter. */
const ANY_NAME = '메이플';

/** Dispatches requests, fetches and values characters. */
export async function startWorkerRole(parts: Parts): Promise<void> {
  const { config, database, queue, lifeline, valuationThread } = parts;
  const upstream = await startUpstream(parts);
  const { client, circuit } = upstream;
  const threads = { threads: WORKER_THREADS, thread: valuationThread };
  const valuator = lifeline.add('jobs', await openValuationPool(threads), (it) => it.close());
  const archive = (hash: string, payload: Buffer): Promise<void> => archivePayload(database, hash, payload);
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const { WORKER_CONCURRENCY: concurrency, UPSTREAM_TOTAL_TIMEOUT_MS: upstreamTotalMs } = config;
  const work = { ...parts, client, circuit, valuator, archive, freshForSeconds, upstreamTotalMs, concurrency };
  const worker = lifeline.add('jobs', startWorker(work), (it) => it.stop());
  const signals = createLiveSignals({ database, upstreamErrorRatio: () => circuit.errorRatio() });
  const look = createYield({ worker, concurrency, signals, registry: parts.metrics.registry });
  inBackground(parts, 'yielding', (signal) => keepYielding(look, parts.execute, signal));
  follow(parts, createDispatcher({ database, queue, held: () => circuit.held() }));
  inBackground(parts, 'upkeep', (signal) =>
    parts.lead('upkeep', signal, async (leading) => {
      await Promise.all([runSweep({ ...parts, circuit }, leading), recover(parts, upstream, leading)]);
    }),
  );
}

/** The guarded client of the game API, which knows how things stand before the first job is taken. */
async function startUpstream(parts: Parts): Promise<GuardedUpstream> {
  const { config, lifeline } = parts;
  const service = lifeline.add('services', await provideUpstream(config), (it) => it.stop());
  const settings = {
    baseUrl: service.url,
    apiKey: service.apiKey,
    timeouts: { connectMs: config.UPSTREAM_CONNECT_TIMEOUT_MS, responseMs: config.UPSTREAM_RESPONSE_TIMEOUT_MS },
    rampStepMs: config.UPSTREAM_RAMP_STEP_MS,
    limits: () => ({ perSecond: config.UPSTREAM_REQUESTS_PER_SECOND, perDay: config.UPSTREAM_REQUESTS_PER_DAY }),
    concurrency: () => config.UPSTREAM_CONCURRENCY,
    breaker: () => config.UPSTREAM_BREAKER,
  };
  const upstream = createGuardedUpstream(settings, { ...parts, registry: parts.metrics.registry });
  lifeline.add('jobs', upstream.client, (it) => it.close());
  await upstream.episodes.refresh();
  upstream.circuit.tick();
  inBackground(parts, 'outages', (signal) => upstream.episodes.run(signal));
  return upstream;
}

async function recover(parts: Parts, upstream: GuardedUpstream, signal: AbortSignal): Promise<void> {
  const { config, database } = parts;
  const recovery = {
    ...parts,
    ...upstream,
    probeName: async () => (await database.query(findProbeName)) ?? ANY_NAME,
    probeIntervalMs: config.UPSTREAM_PROBE_INTERVAL_MS,
    upstreamTotalMs: config.UPSTREAM_TOTAL_TIMEOUT_MS,
    requestsPerDay: () => config.UPSTREAM_REQUESTS_PER_DAY,
    now: () => performance.now(),
  };
  await runRecovery(recovery, signal);
}
