import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockFile, type FileLock } from '../../platform/embedded/instance-lock.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { encodeRecord } from './records.ts';

/** What a spool may hold. */
export interface SpoolLimits {
  readonly bytes: number;
  readonly entries: number;
}

/** The spool holds as much as it may. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

interface Waiting {
  readonly record: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The lock that says whose spool a file is. */
export function lockOf(path: string): string {
  return `${path}.lock`;
}

/**
 * A file of records that only its owner appends to. Records that arrive while others are being written share the next
 * write and its fsync: a lone one waits for nobody. The file is there while it has records.
 */
export class SpoolFile {
  readonly path: string;
  readonly #header: unknown;
  readonly #limits: SpoolLimits;
  #open: { readonly handle: FileHandle; readonly lock: FileLock } | undefined;
  #waiting: Waiting[] = [];
  #busy: Promise<unknown> | undefined;
  #size = 0;
  #entries = 0;

  /** `header` is the first record. */
  constructor(path: string, header: unknown, limits: SpoolLimits) {
    this.path = path;
    this.#header = header;
    this.#limits = limits;
  }

  /** Bytes that are safe on disk. */
  get size(): number {
    return this.#size;
  }

  get entries(): number {
    return this.#entries;
  }

  get handle(): FileHandle | undefined {
    return this.#open?.handle;
  }

  /** Resolves when the value is safe on disk. Rejects with `SpoolFullError`, or when it cannot be written. */
  append(value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record: encodeRecord(value), resolve, reject });
      this.#next();
    });
  }

  /** Removes the file if it still ends at `size`, because all that is in it stands elsewhere; tells whether it did. */
  async removeIfAt(size: number): Promise<boolean> {
    if (this.#busy !== undefined || this.#waiting.length > 0 || this.#size !== size) return false;
    const removing = this.#remove();
    this.#occupy(removing);
    await removing;
    return true;
  }

  /** Leaves the file, if there is one, to whoever adopts it. */
  async close(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy.catch(() => undefined);
    await this.#open?.handle.close();
    await this.#open?.lock.release();
    this.#open = undefined;
  }

  /** One thing at a time is done to the file; what has arrived meanwhile is done together. */
  #next(): void {
    if (this.#busy !== undefined || this.#waiting.length === 0) return;
    const group = this.#waiting.splice(0);
    this.#occupy(
      this.#write(group.map(({ record }) => record)).then(
        () => group.forEach(({ resolve }) => resolve()),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      ),
    );
  }

  #occupy(work: Promise<unknown>): void {
    const free = (): void => {
      this.#busy = undefined;
      this.#next();
    };
    this.#busy = work.then(free, free);
  }

  async #write(records: readonly Buffer[]): Promise<void> {
    const bytes = records.reduce((sum, { length }) => sum + length, 0);
    if (this.#entries + records.length > this.#limits.entries || this.#size + bytes > this.#limits.bytes)
      throw new SpoolFullError(`the spool ${this.path} is full: ${this.#entries} entries, ${this.#size} bytes`);
    const { handle } = (this.#open ??= await this.#create());
    const header = this.#size === 0 ? [encodeRecord(this.#header)] : [];
    const block = Buffer.concat([...header, ...records]);
    // What a failed write has left must not stand before what follows.
    try {
      await handle.write(block, 0, block.length, this.#size);
      await handle.datasync();
    } catch (error) {
      await handle.truncate(this.#size).catch((second: unknown) => {
        throw new AggregateError([error, second], 'the spool could be neither written nor cut back');
      });
      throw error;
    }
    this.#size += block.length;
    this.#entries += records.length;
  }

  async #create(): Promise<{ handle: FileHandle; lock: FileLock }> {
    const folder = dirname(this.path);
    await makeFolder(folder);
    // Before the file: one without a lock belongs to whoever finds it.
    const lock = await lockFile(lockOf(this.path));
    if ('heldBy' in lock) throw new Error(`${this.path} is the spool of the running process ${lock.heldBy}`);
    const handle = await open(this.path, 'wx+', 0o600);
    // The name of the file has to be on disk as well as what is in it.
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    return { handle, lock };
  }

  async #remove(): Promise<void> {
    const open = this.#open;
    [this.#open, this.#size, this.#entries] = [undefined, 0, 0];
    await open?.handle.close();
    await rm(this.path, { force: true });
    await open?.lock.release();
  }
}
