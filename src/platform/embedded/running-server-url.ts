import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverUrl } from './running-server.ts';

/** The address of the server that a running instance keeps in `folder`. Rejects while it has not started or has ended. */
export async function runningServerUrl(folder: string): Promise<string> {
  const [pidFile, password] = await Promise.all([
    readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8'),
    readFile(join(folder, 'postgres.password'), 'utf8'),
  ]);
  return serverUrl(Number.parseInt(pidFile.split('\n')[3] ?? '', 10), password.trim());
}
