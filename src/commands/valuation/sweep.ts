import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import type { Executor } from '../../platform/execute.ts';
import { forgetSilentProcesses } from '../../platform/process-signals.ts';
import type { ValuationQueue } from '../../platform/queue.ts';
import { listBacklog, type BacklogCursor } from '../../platform/read-models/backlog.ts';
import type { Circuit } from '../upstream/circuit.ts';
import { pruneArchive } from './payload-archive.ts';

export interface SweepParts {
  readonly database: Database;
  readonly queue: ValuationQueue;
  readonly circuit: Pick<Circuit, 'held' | 'onHeld'>;
  readonly execute: Executor;
}

/** Time between two sweeps of the backlog. */
const SWEEP_MS = 30_000;
/** Characters queued at a time, and the jobs waiting below which the next ones follow. */
const PAGE = 500;
const LOOK_AGAIN_MS = 200;

/**
 * Sweeps now, every 30 s, and at once when the upstream is back: queues again what is pending, so that a lost queue or job
 * loses no request. Removes payloads past their retention, and what processes said that are gone. While the upstream is
 * held nothing is queued. Until the signal aborts; in one elected process.
 */
export async function runSweep(parts: SweepParts, signal: AbortSignal): Promise<void> {
  let wake = new AbortController();
  const stopListening = parts.circuit.onHeld((held) => {
    if (!held) wake.abort();
  });
  while (!signal.aborted) {
    wake = new AbortController();
    await parts.execute('sweep backlog', () => sweepBacklog(parts, signal), { orDefault: 0 });
    await parts.execute('prune payload archive', () => pruneArchive(parts.database), { orDefault: 0 });
    const forget = () => parts.database.query(forgetSilentProcesses);
    await parts.execute('forget silent processes', forget, { orDefault: undefined });
    await delay(SWEEP_MS, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(() => undefined);
  }
  stopListening();
}

/**
 * Queues the whole backlog, a page after the other as the workers get through: interactive first, then the longest
 * waiting. A character that has its job already is not queued twice. Returns how many it has looked at.
 */
export async function sweepBacklog(parts: SweepParts, signal: AbortSignal): Promise<number> {
  const { database, queue, circuit } = parts;
  let after: BacklogCursor | undefined;
  let swept = 0;
  while (!signal.aborted && !circuit.held()) {
    if (swept > 0 && (await queue.waiting()) >= PAGE / 2) {
      await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const rows = await database.query((sql) => listBacklog(sql, { after, limit: PAGE }));
    await queue.add(rows.map((row) => row.job));
    swept += rows.length;
    after = rows.at(-1)?.cursor;
    if (rows.length < PAGE) break;
  }
  return swept;
}
