import type { PoolStats } from './database-gate.ts';
import type { PermitStats } from './permits.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** All metrics of a process, made once by the composition root. Names and units follow the Prometheus conventions. */
export interface Metrics {
  readonly registry: Registry;
  /** Duration of HTTP requests by method, route pattern and status. */
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>;
  /** Duration of everything that runs through `execute`, by name and outcome (`ok` or `failed`). */
  readonly executionSeconds: Histogram<'name' | 'outcome'>;
  /** Failures that were answered with a default or owned by nobody: visible here, never swallowed. */
  readonly handledFailures: Counter<'name'>;
  /** Position up to which a subscription has applied the log. */
  readonly checkpoint: Gauge<'subscription'>;
  /** Events parked because no handler could apply them. */
  readonly parkedEvents: Counter<'subscription'>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own, so that several applications can live in one process (tests). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const described = <L extends string>(name: string, help: string, labelNames: L[]) => ({
    name: `pve_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const seconds = <L extends string>(name: string, help: string, labels: L[]) =>
    new Histogram({ ...described(name, help, labels), buckets: SECONDS });
  return {
    registry,
    httpSeconds: seconds('http_request_duration_seconds', 'HTTP requests', ['method', 'route', 'status']),
    executionSeconds: seconds('execution_duration_seconds', 'Named executions', ['name', 'outcome']),
    handledFailures: new Counter(described('handled_failures_total', 'Failures that no caller saw', ['name'])),
    checkpoint: new Gauge(described('subscription_checkpoint', 'Log position applied', ['subscription'])),
    parkedEvents: new Counter(described('parked_events_total', 'Events parked', ['subscription'])),
  };
}

/** Shows what the database pool is doing at the moment of each scrape. */
export function exportPool(registry: Registry, stats: () => PoolStats): void {
  new Gauge({
    name: 'pve_database_pool',
    help: 'Permits of the database pool: size, active, waiting',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { size, active, waiting } = stats();
      this.set({ state: 'size' }, size);
      this.set({ state: 'active' }, active);
      this.set({ state: 'waiting' }, waiting);
    },
  });
}

/** Shows what admission lets in, keeps waiting and has shed, by class. */
export function exportAdmission(registry: Registry, stats: () => Readonly<Record<string, PermitStats>>): void {
  new Gauge({
    name: 'pve_admission',
    help: 'Work let in and waiting, by class',
    labelNames: ['class', 'state'],
    registers: [registry],
    collect() {
      for (const [kind, { active, waiting }] of Object.entries(stats())) {
        this.set({ class: kind, state: 'active' }, active);
        this.set({ class: kind, state: 'waiting' }, waiting);
      }
    },
  });
  new Counter({
    name: 'pve_admission_shed_total',
    help: 'Work refused because too much waited, or for too long, by class',
    labelNames: ['class'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, { refused }] of Object.entries(stats())) this.inc({ class: kind }, refused);
    },
  });
}
