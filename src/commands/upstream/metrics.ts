import { Counter, Gauge, type Registry } from 'prom-client';
import type { Permits } from '../../platform/permits.ts';
import type { Circuit } from './circuit.ts';
import type { CallOutcome } from './guard.ts';

export interface UpstreamMetrics {
  /** Calls by how they ended. */
  readonly counted: (outcome: CallOutcome) => void;
  /** Calls left of the day's budget, of all processes together, at the last lease. */
  readonly budgetLeft: Gauge;
}

export function createUpstreamMetrics(registry: Registry): UpstreamMetrics {
  const registers = [registry];
  const labelNames = ['outcome' as const];
  const calls = new Counter({ name: 'pve_upstream_calls_total', help: 'Calls of the upstream', labelNames, registers });
  return {
    counted: (outcome) => calls.inc({ outcome }),
    budgetLeft: new Gauge({ name: 'pve_upstream_budget_left', help: 'Calls left of today', registers }),
  };
}

const PHASES: readonly Circuit['phase'][] = ['closed', 'open', 'probing', 'ramp'];

/** Shows the breaker (1 for the state it is in), whether the upstream is held, and the bulkhead, at each scrape. */
export function exportGuard(registry: Registry, circuit: Circuit, bulkhead: Permits): void {
  const registers = [registry];
  new Gauge({
    name: 'pve_upstream_breaker',
    help: 'State of the breaker',
    labelNames: ['state'],
    registers,
    collect() {
      for (const phase of PHASES) this.set({ state: phase }, phase === circuit.phase ? 1 : 0);
    },
  });
  new Gauge({
    name: 'pve_upstream_held',
    help: 'Whether this process calls nothing but probes',
    registers,
    collect() {
      this.set(circuit.held() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'pve_upstream_bulkhead',
    help: 'Calls of this process: active, waiting',
    labelNames: ['state'],
    registers,
    collect() {
      const { active, waiting } = bulkhead.stats();
      this.set({ state: 'active' }, active);
      this.set({ state: 'waiting' }, waiting);
    },
  });
}
