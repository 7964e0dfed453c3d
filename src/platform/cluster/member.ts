import type { Registry } from 'prom-client';
import { openChannel } from './channel.ts';

/** How many processes there should be, and how many answer. */
export interface Count {
  readonly expected: number;
  readonly answering: number;
}

/** What one of several processes asks the one that started it. */
export interface Primary {
  /** The metrics of all processes together, as text. */
  readonly metrics: () => Promise<string>;
  readonly processes: () => Promise<Count>;
}

/** Makes this process one of several: it tells its metrics when asked. */
export function joinPrimary(registry: Registry): Primary {
  const ask = openChannel(process, { metrics: () => registry.getMetricsAsJSON() });
  return {
    metrics: () => ask('metrics') as Promise<string>,
    processes: () => ask('processes') as Promise<Count>,
  };
}
