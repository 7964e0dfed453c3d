import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Executor } from '../../platform/execute.ts';
import type { RunningWorker } from '../../platform/queue.ts';
import { nextLimit } from '../yielding/aimd.ts';
import type { LiveSignals } from '../yielding/live-signals.ts';

export interface YieldParts {
  readonly worker: Pick<RunningWorker, 'setConcurrency'>;
  /** Characters at a time while nobody suffers. */
  readonly concurrency: number;
  readonly signals: LiveSignals;
  readonly registry: Registry;
}

const EVERY_MS = 1000;

/**
 * Makes a worker yield: each look lets it work on as many characters at a time as live traffic bears, 1 … `concurrency`.
 * It begins with all of them.
 */
export function createYield({ worker, concurrency, signals, registry }: YieldParts): () => Promise<void> {
  const name = 'pve_worker_concurrency';
  const gauge = new Gauge({ name, help: 'Characters that are valued at a time at most', registers: [registry] });
  let limit = concurrency;
  gauge.set(limit);
  return async () => {
    limit = nextLimit(limit, concurrency, await signals());
    const whole = Math.floor(limit);
    worker.setConcurrency(whole);
    gauge.set(whole);
  };
}

/** Looks once a second until the signal aborts. */
export async function keepYielding(look: () => Promise<void>, execute: Executor, signal: AbortSignal): Promise<void> {
  const wait = () => delay(EVERY_MS, true, { signal }).catch(() => false);
  while (await wait()) await execute('adapt worker', look, { orDefault: undefined });
}
