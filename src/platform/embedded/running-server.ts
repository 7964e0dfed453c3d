import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openClient } from '../database-client.ts';
import type { Binaries } from './binaries.ts';
import { USER } from './data-folder.ts';
import type { DataFolder } from './data-folder.ts';
import { supervise } from './supervisor.ts';
import type { RunAs } from './unprivileged.ts';

/** PostgreSQL, running and answering. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Resolves, never rejects, when the server has ended, with how. */
  readonly ended: Promise<string>;
  /** Fast shutdown: sessions are cut, a checkpoint is written; killed after `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** What a server is started with. */
export interface ServerOptions {
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly port: number;
  /** Server parameters beside the house's own. */
  readonly settings: Readonly<Record<string, string>>;
}

/** After a crash the log is replayed before the server answers; that may take this long, in ms. */
const START_DEADLINE = 120_000;
const LOG_LIMIT = 10 * 1024 * 1024;

/** TCP on loopback only: the path of a Unix socket below a deep folder can be too long for the system. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '150',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
};

/** The address of an embedded server for clients. */
export function serverUrl(port: number, password: string): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
}

/** Starts the server and waits until it answers. Throws, with the end of its log, when it ends instead. */
export async function launchServer(folder: DataFolder, options: ServerOptions): Promise<RunningServer> {
  const { binaries, runAs, port, settings } = options;
  await rotate(folder.logFile);
  const parameters = Object.entries({ ...SETTINGS, ...settings, port: String(port) });
  const service = supervise(
    [...runAs.prefix, binaries.postgres, '-D', folder.pgdata, ...parameters.flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    folder.logFile,
  );
  const late = new AbortController();
  const outcome = await Promise.race([service.ended, answering(folder, port, late.signal)]);
  late.abort();
  if (typeof outcome !== 'string') return { pid: outcome.pid, port, ended: service.ended, stop: service.stop };
  await service.stop(0);
  const log = await readFile(folder.logFile, 'utf8');
  throw new Error(`embedded PostgreSQL did not start (${outcome}): ${log.trim().split('\n').slice(-3).join(' | ')}`);
}

/** The server's pid when one answers at `port` for exactly this data folder. */
export async function ask(folder: DataFolder, port: number): Promise<number | undefined> {
  const sql = openClient(serverUrl(port, folder.password), { max: 1, connect_timeout: 2, fetch_types: false });
  // No answer, a refusal ("starting up", "shutting down") or another server: all mean "not this one, not now".
  try {
    const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    if (row?.folder !== folder.pgdata) return undefined;
    const file = await readFile(join(folder.pgdata, 'postmaster.pid'), 'utf8');
    return Number.parseInt(file, 10);
  } catch {
    return undefined;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function answering(
  folder: DataFolder,
  port: number,
  signal: AbortSignal,
): Promise<{ readonly pid: number } | string> {
  const deadline = Date.now() + START_DEADLINE;
  while (Date.now() < deadline && !signal.aborted) {
    const pid = await ask(folder, port);
    if (pid !== undefined) return { pid };
    await delay(30);
  }
  return `no answer within ${START_DEADLINE / 1000} s`;
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(logFile, `${logFile}.1`);
}
