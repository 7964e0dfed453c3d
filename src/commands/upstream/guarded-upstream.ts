import type { Registry } from 'prom-client';
import { GAME_API } from '../../domain/upstream/outage.ts';
import type { EventStore } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import type { Executor } from '../../platform/execute.ts';
import type { Logger } from '../../platform/logging.ts';
import { Budget, type BudgetLimits } from './budget.ts';
import { Circuit, type BreakerSetting } from './circuit.ts';
import { createUpstreamClient, type UpstreamClient } from './client.ts';
import { Episodes } from './episodes.ts';
import { createBulkhead, createGuard } from './guard.ts';
import { holdCalls, leaseCalls } from './lease-calls.ts';
import { createUpstreamMetrics, exportGuard } from './metrics.ts';
import type { CallTimeouts } from './transport.ts';

/** What may change while the process runs is a function. Times in ms. */
export interface UpstreamSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeouts: CallTimeouts;
  readonly rampStepMs: number;
  readonly limits: () => BudgetLimits;
  readonly concurrency: () => number;
  readonly breaker: () => BreakerSetting;
}

interface Parts {
  readonly database: Database;
  readonly store: EventStore;
  readonly execute: Executor;
  readonly log: Logger;
  readonly registry: Registry;
}

/** The one way to the upstream, and what decides whether it is open. */
export interface GuardedUpstream {
  readonly client: UpstreamClient;
  readonly circuit: Circuit;
  readonly episodes: Episodes;
}

/** Builds the guarded client of this process. The view it shares with the others is its `episodes`, to be run. */
export function createGuardedUpstream(settings: UpstreamSettings, parts: Parts): GuardedUpstream {
  const { database, store, execute, log, registry } = parts;
  const { baseUrl, apiKey, timeouts, rampStepMs, limits } = settings;
  const now = (): number => performance.now();
  const circuit: Circuit = new Circuit({
    setting: settings.breaker,
    rules: { rampStepMs },
    now,
    onNoticed: (noticed) => {
      const ours = noticed.cause === 'our-fault';
      log[ours ? 'fatal' : 'error'](noticed, ours ? 'the upstream refuses us: held' : 'the upstream fails: held');
      episodes.noticed(noticed);
    },
  });
  const episodes: Episodes = new Episodes({ store, circuit, execute, now: () => new Date() });
  const metrics = createUpstreamMetrics(registry);
  const bulkhead = createBulkhead(settings.concurrency);
  exportGuard(registry, circuit, bulkhead);
  const budget = new Budget({
    provider: GAME_API,
    limits,
    // A probe is made while the share is 0: at the pace of the ramp's beginning.
    share: () => circuit.share() || 0.1,
    lease: (request) => leaseCalls(database, request),
    now,
    onLeft: (calls) => metrics.budgetLeft.set(calls),
  });
  const guard = createGuard({
    circuit,
    bulkhead,
    budget,
    stayAway: (ms) => holdCalls(database, GAME_API, ms),
    random: Math.random,
    onOutcome: metrics.counted,
  });
  return { client: createUpstreamClient({ baseUrl, apiKey, timeouts, guard }), circuit, episodes };
}
