import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { giveTo } from './unprivileged.ts';
import type { RunAs } from './unprivileged.ts';

const run = promisify(execFile);

/** The superuser of the embedded server; its database is `postgres`. */
export const USER = 'pve';

/** The folder of the embedded server, ready to be served. */
export interface DataFolder {
  /** PostgreSQL's own data directory. */
  readonly pgdata: string;
  readonly logFile: string;
  readonly password: string;
}

/**
 * Makes `folder` (absolute, existing, held by this process) ready: initialises the database cluster on the first start,
 * UTF-8 with the built-in C.UTF-8 order, so that the result never depends on a library of the machine. Throws when the
 * data belongs to another major version.
 */
export async function prepareDataFolder(folder: string, binaries: Binaries, runAs: RunAs): Promise<DataFolder> {
  const pgdata = join(folder, 'postgres');
  const passwordFile = join(folder, 'postgres.password');
  const isNew = !existsSync(pgdata);
  if (isNew) await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await giveTo(runAs, folder);
  if (isNew) await initialise(pgdata, passwordFile, binaries, runAs);
  else await checkVersion(pgdata, binaries.major);
  return { pgdata, logFile: join(folder, 'postgres.log'), password: (await readFile(passwordFile, 'utf8')).trim() };
}

/** A cluster is made beside its place and moved there when complete: a start cut off leaves nothing half-made. */
async function initialise(pgdata: string, passwordFile: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  const draft = `${pgdata}.new`;
  await rm(draft, { recursive: true, force: true });
  const [command = '', ...args] = [
    ...runAs.prefix,
    binaries.initdb,
    ...['--pgdata', draft, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
  ];
  await run(command, args);
  await rename(draft, pgdata);
}

async function checkVersion(pgdata: string, major: string): Promise<void> {
  const found = (await readFile(join(pgdata, 'PG_VERSION'), 'utf8')).trim();
  if (found === major) return;
  throw new Error(
    `${pgdata} was written by PostgreSQL ${found}, this is PostgreSQL ${major}: ` +
      'write the log out with the earlier version (pve events export), ' +
      'then read it into an empty data folder with this one (pve events import)',
  );
}
