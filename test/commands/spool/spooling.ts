import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Spool, type SpoolParts } from '../../../src/commands/spool/spool.ts';
import { StoreUnavailableError } from '../../../src/event-store/errors.ts';
import { START, type EventStore, type StreamAppend } from '../../../src/event-store/event-store.ts';
import { createMemoryEventStore } from '../../../src/event-store/memory/memory-event-store.ts';
import { createExecutor } from '../../../src/platform/execute.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { eventOf, until } from '../../support/log-parts.ts';
import { temporaryFolder } from '../../support/services.ts';

/** A process with a spool. */
export interface Spooling {
  readonly spool: Spool;
  /** Its log lines, from warnings on. */
  readonly logged: string[];
  /** A metric by its name and labels, 0 where it has no value. */
  metric(name: string): Promise<number>;
  failures(kind: string): Promise<number>;
  end(): Promise<void>;
}

/** A folder of spools and a log in memory that can be away; what was started ends with `end`. */
export async function spoolFolder() {
  const folder = join(await temporaryFolder(), 'spool');
  const log = createMemoryEventStore();
  const storeId = await log.storeId();
  const running: Spooling[] = [];
  const state = { away: false, asked: 0 };
  const reach = <T>(work: () => Promise<T>): Promise<T> => {
    state.asked += 1;
    return state.away ? Promise.reject(new StoreUnavailableError('away')) : work();
  };
  const store: Pick<EventStore, 'append' | 'appendMany' | 'readLast'> = {
    append: (...args) => reach(() => log.append(...args)),
    appendMany: (appends) => reach(() => log.appendMany(appends)),
    readLast: (stream) => reach(() => log.readLast(stream)),
  };

  function start(more: Partial<SpoolParts> = {}): Spooling {
    const { registry, ...metrics } = createMetrics();
    const logged: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
    const spool = new Spool({
      ...{ folder, store, storeId, registry, log: logger, now: () => new Date() },
      append: ({ stream, expectedRevision, events }) => store.append(stream, expectedRevision, events),
      execute: createExecutor(logger, { registry, ...metrics }),
      ...more,
    });
    const stop = new AbortController();
    const done = spool.run(stop.signal);
    const metric = async (name: string): Promise<number> => {
      const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${name} `));
      return Number(line?.slice(name.length) ?? 0);
    };
    const one: Spooling = {
      ...{ spool, logged, metric },
      failures: (kind) => metric(`pve_spool_failures_total{kind="${kind}"}`),
      end: async () => {
        stop.abort();
        await done;
      },
    };
    running.push(one);
    return one;
  }

  const inLog = async (type = 'ValuationRequested') =>
    (await log.readAll({ after: START, limit: 10_000, types: [type] })).events;
  const files = () => readdir(folder).catch(() => [] as string[]);
  return {
    ...{ folder, log, storeId, state, start, inLog, files },
    /** The requests in the log, in order. */
    ids: async () => (await inLog()).map(({ stream }) => stream.replace('request-', '')),
    drained: async () => (await inLog('SpoolDrained')).map(({ data }) => data as Record<string, unknown>),
    gone: () => until(files, (names) => names.length === 0),
    end: async () => {
      await Promise.all(running.map((one) => one.end()));
    },
  };
}

/** The append of a request. */
export function request(id: string, bodyHash = 'hash'): StreamAppend {
  const data = { requestId: id, characterKey: id, characterName: id, class: 'interactive', bodyHash };
  const event = { ...eventOf('ValuationRequested', data), id: `00000000-0000-4000-8000-${id.padStart(12, '0')}` };
  return { stream: `request-${id}`, expectedRevision: 'no-stream', events: [event] };
}

/** Ids of more requests than are drained at a time. */
export const many = Array.from({ length: 1200 }, (_, n) => String(n));
