import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { ProblemError } from '../../domain/errors.ts';
import { spoolStream } from '../../domain/spool/spool-drained.ts';
import type { AppendResult, EventStore, StreamAppend } from '../../event-store/event-store.ts';
import type { Executor } from '../../platform/execute.ts';
import type { Logger } from '../../platform/logging.ts';
import { adoptSpool, listSpools, setAside } from './adopt.ts';
import { drainRecords, recordDrain, type Progress, type SpoolHeader } from './drain.ts';
import { createSpoolMetrics, type SpoolFailures } from './metrics.ts';
import { SpoolFile, SpoolFullError, type SpoolLimits } from './spool-file.ts';

/** Appends to one stream, like `EventStore.append`. */
export type Append = (append: StreamAppend) => Promise<AppendResult>;

export interface SpoolParts {
  /** Where spools are, of all processes of a data folder. */
  readonly folder: string;
  readonly store: Pick<EventStore, 'appendMany' | 'append' | 'readLast'>;
  /** Of the log that this process writes to. */
  readonly storeId: string;
  /** How requests reach the log while it is there. */
  readonly append: Append;
  readonly execute: Executor;
  readonly registry: Registry;
  readonly log: Logger;
  readonly now: () => Date;
  readonly limits?: SpoolLimits;
}

const LIMITS: SpoolLimits = { bytes: 1024 ** 3, entries: 1_000_000 };
/** An append that takes longer may or may not have happened. */
const PATIENCE_MS = 2000;
/** Between two tries to reach the log, and two looks for spools whose owner has ended. */
const TRY_EVERY_MS = 250;
const ADOPT_EVERY_MS = 30_000;
/** Between two alerts of the same kind. */
const ALERT_EVERY_MS = 10_000;
const NOTHING_DRAINED = { at: 0, entries: 0, conflicts: 0, torn: false };

/**
 * Where requests go while the log is away: a file, from which they come into the log in order once it is back. Every
 * event has its id already, so one that is in both places is there once.
 */
export class Spool {
  readonly #parts: SpoolParts;
  readonly #instance = randomUUID();
  readonly #file: SpoolFile;
  readonly #failures: SpoolFailures;
  readonly #foreign = new Set<string>();
  #progress: Progress = NOTHING_DRAINED;
  #away = false;
  #since: Date | undefined;
  #adoptedAt = -Infinity;
  #alertedAt = -Infinity;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
    const header: SpoolHeader = { format: 'pve-spool/1', instance: this.#instance, storeId: parts.storeId };
    this.#file = new SpoolFile(join(parts.folder, `${this.#instance}.log`), header, parts.limits ?? LIMITS);
    this.#failures = createSpoolMetrics(parts.registry, () => ({
      entries: this.#file.entries,
      bytes: this.#file.size,
      ageSeconds: this.#since === undefined ? 0 : (parts.now().getTime() - this.#since.getTime()) / 1000,
    }));
  }

  /**
   * Makes an append durable: in the log, else in the spool (`undefined`: it has no position yet). From the first append
   * that finds the log away until it is back nobody waits for it. Throws `ProblemError` `unavailable` when neither works.
   */
  async append(append: StreamAppend): Promise<AppendResult | undefined> {
    const result = this.#away ? undefined : await this.#tryLog(append);
    if (result === undefined) await this.#spool(append);
    return result;
  }

  /** Whether a request that the log does not have may be in a spool of this folder. */
  async mayHold(): Promise<boolean> {
    if (this.#away || this.#file.entries > 0) return true;
    return (await listSpools(this.#parts.folder)).some((path) => !this.#foreign.has(path));
  }

  /** Writes spools to the log whenever it is there, its own and those of processes that have ended. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#attend();
      await delay(TRY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    await this.#attend();
    await this.#file.close();
  }

  async #attend(): Promise<void> {
    const { execute, now } = this.#parts;
    if (this.#away || this.#file.entries > 0)
      await execute('drain spool', () => this.#drain().catch(whileAway), { orDefault: undefined });
    if (this.#away || now().getTime() - this.#adoptedAt < ADOPT_EVERY_MS) return;
    this.#adoptedAt = now().getTime();
    await execute('adopt spools', () => this.#adopt().catch(whileAway), { orDefault: undefined });
  }

  async #tryLog(append: StreamAppend): Promise<AppendResult | undefined> {
    // The log's absence is what the spool is for.
    try {
      return await this.#inTime(this.#parts.append(append));
    } catch (error) {
      this.#noticeAbsence(error);
      return undefined;
    }
  }

  /** Throws what says nothing of the log's absence. */
  #noticeAbsence(error: unknown): void {
    const code = error instanceof ProblemError ? error.code : undefined;
    // Whoever waited for admission meanwhile has not reached the log either.
    if (code === 'overloaded' && this.#away) return;
    if (code !== 'unavailable') throw error;
    if (!this.#away) this.#parts.log.error({ err: error }, 'the log is away: requests are accepted into the spool');
    this.#away = true;
  }

  /** The outcome of an append that takes too long is unknown, like that of a broken connection. */
  async #inTime(append: Promise<AppendResult>): Promise<AppendResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new ProblemError('unavailable', `the log did not answer within ${PATIENCE_MS} ms`);
      timer = setTimeout(() => reject(error), PATIENCE_MS);
    });
    return await Promise.race([append, late]).finally(() => clearTimeout(timer));
  }

  async #spool(append: StreamAppend): Promise<void> {
    await this.#file.append(append).catch((error: unknown) => {
      this.#alert(error);
      throw new ProblemError('unavailable', 'nothing can be accepted now: ask again later', { cause: error });
    });
    this.#since ??= this.#parts.now();
  }

  #alert(error: unknown): void {
    this.#failures.inc({ kind: error instanceof SpoolFullError ? 'full' : 'write' });
    const now = this.#parts.now().getTime();
    if (now - this.#alertedAt < ALERT_EVERY_MS) return;
    this.#alertedAt = now;
    this.#parts.log.fatal({ err: error }, 'requests are refused: the log is away and the spool takes no more');
  }

  async #drain(): Promise<void> {
    const { store, log, now } = this.#parts;
    const file = this.#file.handle;
    // Nothing could be spooled; whether the log is back is to be asked all the same.
    if (file === undefined) await store.readLast(spoolStream(this.#instance));
    while (file !== undefined && this.#progress.at < this.#file.size) {
      const until = this.#file.size;
      const onProgress = (progress: Progress): void => void (this.#progress = progress);
      await drainRecords(store, file, { progress: this.#progress, until, onProgress });
      if (!this.#progress.torn) continue;
      await setAside(
        { failures: this.#failures, log },
        { path: this.#file.path, file, from: this.#progress.at, until },
      );
      this.#progress = { ...this.#progress, at: until, torn: false };
    }
    // From here on requests go to the log; those that are just being spooled are drained by the next round.
    if (this.#away) log.warn({ entries: this.#progress.entries }, 'the log is back');
    this.#away = false;
    await this.#finish(now());
  }

  async #finish(now: Date): Promise<void> {
    const { at, entries, conflicts } = this.#progress;
    if (entries > 0) await recordDrain(this.#parts.store, { instance: this.#instance, entries, conflicts }, now);
    if (conflicts > 0) this.#failures.inc({ kind: 'conflict' }, conflicts);
    const removed = await this.#file.removeIfAt(at);
    this.#progress = { ...NOTHING_DRAINED, at: removed ? 0 : at };
    if (removed) this.#since = undefined;
  }

  async #adopt(): Promise<void> {
    for (const path of await listSpools(this.#parts.folder)) {
      if (path === this.#file.path || this.#foreign.has(path)) continue;
      const ours = await adoptSpool({ ...this.#parts, failures: this.#failures }, path);
      if (!ours) this.#foreign.add(path);
    }
  }
}

/** The log is away (again): the next try goes on where this one ended. */
function whileAway(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
}
