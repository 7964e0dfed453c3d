import { createDispatcher } from '../commands/dispatcher.ts';
import { createUpstreamClient } from '../commands/upstream/client.ts';
import { archivePayload } from '../commands/valuation/payload-archive.ts';
import { runSweep, startWorker } from '../commands/valuation/worker.ts';
import { openValuationPool } from '../platform/valuation-pool.ts';
import { provideUpstream } from '../services.ts';
import { follow, inBackground, type Parts } from './parts.ts';

/** Threads that value characters for a worker process. */
const WORKER_THREADS = 1;

/** Dispatches requests, fetches and values characters. */
export async function startWorkerRole(parts: Parts): Promise<void> {
  const { config, database, queue, lifeline, valuationThread } = parts;
  const upstream = lifeline.add('services', await provideUpstream(config), (it) => it.stop());
  const client = lifeline.add('jobs', createUpstreamClient({ baseUrl: upstream.url, apiKey: upstream.apiKey }), (it) =>
    it.close(),
  );
  const threads = { threads: WORKER_THREADS, thread: valuationThread };
  const valuator = lifeline.add('jobs', await openValuationPool(threads), (it) => it.close());
  const archive = (hash: string, payload: Buffer): Promise<void> => archivePayload(database, hash, payload);
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const worker = { ...parts, client, valuator, archive, freshForSeconds, concurrency: config.WORKER_CONCURRENCY };
  lifeline.add('jobs', startWorker(worker), (it) => it.stop());
  follow(parts, createDispatcher({ database, queue }));
  inBackground(parts, 'sweep', (signal) => runSweep(parts, parts.lead, signal));
}
