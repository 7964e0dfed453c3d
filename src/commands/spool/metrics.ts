import { Counter, Gauge, type Registry } from 'prom-client';

/** What is in the spool of this process. */
interface SpoolStats {
  readonly entries: number;
  readonly bytes: number;
  /** Of the oldest entry; 0 when there is none. */
  readonly ageSeconds: number;
}

/** Counts by kind: requests that could not be spooled (full, write), records that could not be drained (the others). */
export type SpoolFailures = Pick<Counter<'kind'>, 'inc'>;

/** Shows the spool at the moment of each scrape, and returns the counter of its failures. */
export function createSpoolMetrics(registry: Registry, stats: () => SpoolStats): SpoolFailures {
  const gauges = {
    entries: 'Requests accepted into the spool and not in the log yet',
    bytes: 'Size of the spool',
    ageSeconds: 'Age of the oldest request in the spool',
  } as const;
  for (const [key, help] of Object.entries(gauges) as [keyof SpoolStats, string][]) {
    const name = key === 'ageSeconds' ? 'pve_spool_age_seconds' : `pve_spool_${key}`;
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(stats()[key]);
      },
    });
  }
  const help =
    'Requests that could not be spooled (full, write), records that could not be drained (torn, conflict, foreign)';
  return new Counter({ name: 'pve_spool_failures_total', help, labelNames: ['kind'], registers: [registry] });
}
