import type { FileHandle } from 'node:fs/promises';
import { ProblemError } from '../../domain/errors.ts';
import { readEvent } from '../../domain/events.ts';
import { spoolStream, type SpoolDrained } from '../../domain/spool/spool-drained.ts';
import type { AppendOutcome, EventStore, StreamAppend } from '../../event-store/event-store.ts';
import { newEvents } from '../new-event.ts';
import { readRecords } from './records.ts';

/** First record of a spool: whose it is, and the log that it belongs to. */
export interface SpoolHeader {
  readonly format: 'pve-spool/1';
  readonly instance: string;
  readonly storeId: string;
}

type Store = Pick<EventStore, 'appendMany' | 'append' | 'readLast'>;

/** How far a spool has been written to the log. */
export interface Progress {
  /** Where the first record begins that has not been. */
  readonly at: number;
  readonly entries: number;
  readonly conflicts: number;
  /** What begins at `at` is no record. */
  readonly torn: boolean;
}

/** Records appended in one round trip. */
const BATCH = 500;

/**
 * Writes the records of a file to the log in order, from where `progress` stands up to `until`. Records that stand there
 * already are left as they are. Rejects with `ProblemError` when the log cannot be written: what was written stays, and
 * the next drain may begin anywhere before.
 */
export async function drainRecords(
  store: Store,
  file: FileHandle,
  { progress, until, onProgress }: { progress: Progress; until: number; onProgress?: (progress: Progress) => void },
): Promise<Progress> {
  let { at, entries, conflicts, torn } = progress;
  while (at < until && !torn) {
    const slice = await readRecords(file, { from: at, until, limit: BATCH });
    const appends = slice.records.filter(isAppend);
    const outcomes = await store.appendMany(appends);
    for (const [index, outcome] of outcomes.entries()) {
      if (!(await stands(store, appends[index], outcome))) conflicts += 1;
    }
    entries += appends.length;
    ({ next: at, torn } = slice);
    onProgress?.({ at, entries, conflicts, torn });
  }
  return { at, entries, conflicts, torn };
}

function isAppend(record: unknown): record is StreamAppend {
  return typeof record === 'object' && record !== null && 'stream' in record;
}

/** Whether the log has the event of this record: not another one of the same id. Throws when the log is away. */
async function stands(store: Store, append: StreamAppend | undefined, outcome: AppendOutcome): Promise<boolean> {
  if (outcome.status === 'failed') {
    if (outcome.error instanceof ProblemError) throw outcome.error;
    return false;
  }
  if (!outcome.idempotent || append === undefined) return true;
  const stored = await store.readLast(append.stream);
  const wanted = append.events[0];
  return stored !== undefined && wanted !== undefined && bodyHash(stored) === bodyHash(wanted);
}

function bodyHash(event: { type: string; schemaVersion: number; data: unknown }): string | undefined {
  const { type, data } = readEvent(event);
  return type === 'ValuationRequested' ? data.bodyHash : undefined;
}

/** Says in the log that a spool was drained. */
export async function recordDrain(store: Store, data: SpoolDrained, now: Date): Promise<void> {
  const { instance } = data;
  const stream = spoolStream(instance);
  const last = await store.readLast(stream);
  const expected = last?.revision ?? 'no-stream';
  const commandId = `drain:${instance}@${expected}`;
  const cause = { commandId, correlationId: instance, causationId: null, actor: 'spool', now };
  await store.append(stream, expected, newEvents([{ type: 'SpoolDrained', data }], cause));
}
