import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tier } from './representation.ts';

interface Watched {
  /** Reads answered in front of Express, since the start. */
  readonly hotReads: () => number;
  readonly cache: () => { readonly entries: number; readonly bytes: number };
}

/** Shows where answers come from and what the cache holds. Counts what is sent through Express; the lane counts itself. */
export function createReadMetrics(registry: Registry, { hotReads, cache }: Watched): (tier: Tier) => void {
  const registers = [registry];
  const reads = new Counter({
    name: 'pve_reads_total',
    help: 'Answers about characters by where they came from',
    labelNames: ['tier'],
    registers,
  });
  let shown = 0;
  new Counter({
    name: 'pve_hot_reads_total',
    help: 'Answers from memory in front of the framework',
    registers,
    collect() {
      const total = hotReads();
      this.inc(total - shown);
      shown = total;
    },
  });
  new Gauge({
    name: 'pve_answer_cache',
    help: 'Answers kept in memory: entries and bytes',
    labelNames: ['what'],
    registers,
    collect() {
      const { entries, bytes } = cache();
      this.set({ what: 'entries' }, entries);
      this.set({ what: 'bytes' }, bytes);
    },
  });
  return (tier) => reads.inc({ tier });
}
