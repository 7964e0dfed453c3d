import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentity } from './process-identity.ts';

/** The folder is in use by another running instance. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`${folder} is in use by the running process ${pid}: stop it, or set PVE_DATA_DIR to another folder`);
    this.pid = pid;
  }
}

/** Held until released, or until its holder has ended. */
export interface FileLock {
  readonly release: () => Promise<void>;
}

/**
 * Makes this process the only one that uses `folder`, until `release`. The lock of a process that ended without
 * releasing it is taken over. Throws `FolderInUseError`.
 */
export async function lockFolder(folder: string): Promise<FileLock> {
  const lock = await lockFile(join(folder, 'instance.lock'));
  if ('heldBy' in lock) throw new FolderInUseError(folder, lock.heldBy);
  return lock;
}

/** Takes a lock, that of a process that has ended too; else tells the pid of its holder, which may be this process. */
export async function lockFile(file: string): Promise<FileLock | { readonly heldBy: number }> {
  const self = (await processIdentity(process.pid)) ?? String(process.pid);
  while (!(await create(file, self))) {
    const holder = await readFile(file, 'utf8').catch(unlessGone);
    if (holder === undefined) continue;
    const pid = Number.parseInt(holder, 10);
    if ((await processIdentity(pid)) === holder) return { heldBy: pid };
    await removeStale(file, holder);
  }
  return { release: () => rm(file, { force: true }) };
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** The file appears with its content or not at all, and only when there is none. */
async function create(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600 });
  const created = await link(draft, file).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    },
  );
  await rm(draft);
  return created;
}

/** Removes the lock of a dead holder; puts it back if another process replaced it in between. */
async function removeStale(file: string, holder: string): Promise<void> {
  const aside = `${file}.stale.${randomUUID()}`;
  await rename(file, aside).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== holder) await link(aside, file);
  await rm(aside, { force: true });
}
