import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tier } from './representation.ts';

export interface ReadMetrics {
  /** Counts an answer from memory in front of Express, and tells how many there have been. */
  readonly countHit: () => number;
  /** Counts any other answer by where it came from. */
  readonly countRead: (tier: Tier) => void;
}

/** Shows where answers come from and what the cache holds. */
export function createReadMetrics(
  registry: Registry,
  cache: () => { readonly entries: number; readonly bytes: number },
): ReadMetrics {
  const registers = [registry];
  const reads = new Counter({
    name: 'pve_reads_total',
    help: 'Answers about characters by where they came from',
    labelNames: ['tier'],
    registers,
  });
  let [hits, shown] = [0, 0];
  new Counter({
    name: 'pve_hot_reads_total',
    help: 'Answers from memory in front of the framework',
    registers,
    collect() {
      this.inc(hits - shown);
      shown = hits;
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
  return { countHit: () => ++hits, countRead: (tier) => reads.inc({ tier }) };
}
