import { execFile } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Any unprivileged id does: PostgreSQL only insists on not being 0 and on owning its folder. */
const UNPRIVILEGED = 1000;

/** How PostgreSQL, which refuses to run as root, is started by this process. */
export interface RunAs {
  /** Put before the command line. */
  readonly prefix: readonly string[];
  /** Who must own the data folder, as seen by this process. */
  readonly owner: number | undefined;
}

/** A user namespace in which root's own files appear as those of an ordinary user: works below a home of mode 0700. */
const USER_NAMESPACE: RunAs = {
  prefix: ['unshare', '--user', `--map-user=${UNPRIVILEGED}`, `--map-group=${UNPRIVILEGED}`],
  owner: 0,
};

/** Another user for good; the second way, where user namespaces are forbidden. */
export const OTHER_USER: RunAs = {
  prefix: ['setpriv', `--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'],
  owner: UNPRIVILEGED,
};

/**
 * The first way in which `program` runs here; as an ordinary user nothing is needed. Throws where root has no way at all.
 */
export async function findRunAs(program: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [], owner: undefined };
  for (const way of [USER_NAMESPACE, OTHER_USER]) if (await works(way, program)) return way;
  throw new Error(
    'embedded PostgreSQL cannot run as root here (neither unshare nor setpriv works): ' +
      'start as an ordinary user or set DATABASE_URL',
  );
}

/** Gives the folder, with all in it, to the user who will run PostgreSQL; normally there is nothing to do. */
export async function giveTo(runAs: RunAs, path: string): Promise<void> {
  if (runAs.owner === undefined) return;
  const stat = await lstat(path);
  if (stat.uid !== runAs.owner) await chownAll(path, runAs.owner);
}

function works({ prefix: [command = '', ...args] }: RunAs, program: string): Promise<boolean> {
  return run(command, [...args, program, '--version']).then(
    () => true,
    () => false,
  );
}

async function chownAll(path: string, owner: number): Promise<void> {
  const stat = await lstat(path);
  if (stat.isDirectory()) for (const name of await readdir(path)) await chownAll(join(path, name), owner);
  // The folder itself comes last: cut off half-way, the next start begins again.
  if (!stat.isSymbolicLink()) await chown(path, owner, owner);
}
