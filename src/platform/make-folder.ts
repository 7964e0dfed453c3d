import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, for this user alone; one that is there stays as it is. Node's own
 * `recursive` never comes back where a folder is there but none can be made in it, as in `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  const failure = await mkdir(path, { mode: 0o700 }).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (failure === undefined || (failure.code === 'EEXIST' && (await isFolder(path)))) return;
  if (failure.code !== 'ENOENT' || (await isFolder(dirname(path)))) throw failure;
  await makeFolder(dirname(path));
  await makeFolder(path);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
