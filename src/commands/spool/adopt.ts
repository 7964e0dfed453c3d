import { open, readdir, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EventStore } from '../../event-store/event-store.ts';
import { lockFile } from '../../platform/embedded/instance-lock.ts';
import type { Logger } from '../../platform/logging.ts';
import { drainRecords, recordDrain, type SpoolHeader } from './drain.ts';
import type { SpoolFailures } from './metrics.ts';
import { readRecords } from './records.ts';
import { lockOf } from './spool-file.ts';

export interface AdoptParts {
  readonly store: Pick<EventStore, 'appendMany' | 'append' | 'readLast'>;
  readonly storeId: string;
  readonly failures: SpoolFailures;
  readonly log: Logger;
  readonly now: () => Date;
}

const SUFFIX = '.log';

/** The spools of a folder; none when there is no such folder. */
export async function listSpools(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(folder, name));
}

/**
 * Writes the spool of a process that has ended to the log and removes it; leaves that of a running one alone. Answers
 * false for one of another log, which stays where it is. Rejects with `ProblemError` when the log cannot be written.
 */
export async function adoptSpool(parts: AdoptParts, path: string): Promise<boolean> {
  const lock = await lockFile(lockOf(path));
  if ('heldBy' in lock) return true;
  // The lock is given back whatever becomes of the file.
  try {
    const file = await open(path, 'r').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return true;
    const ours = await drainWhole(parts, path, file).finally(() => file.close());
    if (ours) await rm(path);
    return ours;
  } finally {
    await lock.release();
  }
}

async function drainWhole(parts: AdoptParts, path: string, file: FileHandle): Promise<boolean> {
  const { size: until } = await file.stat();
  const first = await readRecords(file, { from: 0, until, limit: 1 });
  const header = first.records[0] as SpoolHeader | undefined;
  const instance = header?.instance ?? basename(path, SUFFIX);
  if (header !== undefined && header.storeId !== parts.storeId) {
    parts.failures.inc({ kind: 'foreign' });
    parts.log.error({ path, storeId: header.storeId }, 'a spool belongs to another log: it is left where it is');
    return false;
  }
  const progress = { at: first.next, entries: 0, conflicts: 0, torn: first.torn };
  const { at, entries, conflicts, torn } = await drainRecords(parts.store, file, { progress, until });
  if (torn) await setAside(parts, { path, file, from: at, until });
  if (conflicts > 0) parts.failures.inc({ kind: 'conflict' }, conflicts);
  await recordDrain(parts.store, { instance, entries, conflicts }, parts.now());
  parts.log.warn({ instance, entries, conflicts }, 'the spool of a process that ended is in the log');
  return true;
}

/** Keeps the end of a spool that cannot be read beside it, for a person to look at. */
export async function setAside(
  { failures, log }: Pick<AdoptParts, 'failures' | 'log'>,
  { path, file, from, until }: { path: string; file: FileHandle; from: number; until: number },
): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(until - from), 0, until - from, from);
  await writeFile(`${path}.torn`, buffer.subarray(0, bytesRead), { mode: 0o600 });
  failures.inc({ kind: 'torn' });
  log.error({ path: `${path}.torn`, bytes: bytesRead }, 'the end of a spool cannot be read: it is kept aside');
}
