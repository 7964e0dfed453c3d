import { GAME_API, outageOpen, outageStream } from '../../domain/upstream/outage.ts';
import type { EventStore } from '../../event-store/event-store.ts';
import type { Signals } from './pace.ts';

const SAMPLES = 100;

/** What a coordinator can see for itself: how long its own looks at the database take, and whether the upstream is held. */
export interface OwnSignals {
  /** Times a query, in ms of `performance.now()`. */
  timed<T>(query: () => Promise<T>): Promise<T>;
  read(): Promise<Signals>;
}

export function createOwnSignals(store: Pick<EventStore, 'readLast'>): OwnSignals {
  const samples: number[] = [];
  return {
    async timed(query) {
      const begun = performance.now();
      const answer = await query();
      samples.push(performance.now() - begun);
      if (samples.length > SAMPLES) samples.shift();
      return answer;
    },
    async read() {
      const sorted = [...samples].sort((a, b) => a - b);
      const readP99Ms = sorted[Math.ceil(0.99 * sorted.length) - 1];
      const held = outageOpen(await store.readLast(outageStream(GAME_API)));
      return { readP99Ms, upstreamErrorRatio: held ? 1 : 0 };
    },
  };
}
