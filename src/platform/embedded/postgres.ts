import { realpath } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ConfigError } from '../config.ts';
import { makeFolder } from '../make-folder.ts';
import { findBinaries } from './binaries.ts';
import { prepareDataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { lockFolder, type FileLock } from './instance-lock.ts';
import { KeptServer } from './kept-server.ts';
import { adoptLeftOver } from './left-over.ts';
import { launchServer, serverUrl } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import { findRunAs } from './unprivileged.ts';

/** The embedded PostgreSQL: kept running until it is stopped, never outliving this process. */
export interface EmbeddedPostgres {
  /** The same for the whole life, restarts included. */
  readonly url: string;
  /** The pid of the server that runs at the moment. */
  readonly pid: () => number;
  /** Stops the server (fast shutdown, killed after 10 s) and frees the folder. */
  readonly stop: () => Promise<void>;
}

/** `settings`: server parameters beside the house's own; tests of mere logic switch `fsync` off. */
export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly settings?: Readonly<Record<string, string>>;
}

const STOP_GRACE = 10_000;

/**
 * Starts PostgreSQL in `dataDir` on a free loopback port, initialising it on the first start, as root too. It is
 * restarted with backoff when it dies. Throws `FolderInUseError` when another instance uses the folder, `ConfigError` when
 * the folder cannot be used, and with one clear line when it belongs to another PostgreSQL version or nothing can be started
 * here.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, lock } = await holdFolder(options.dataDir);
  // A start that fails gives the folder back.
  try {
    return await startIn(dataDir, options, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes the folder where it is missing; nobody else uses it from then on. */
async function holdFolder(path: string): Promise<{ dataDir: string; lock: FileLock }> {
  // The system's own words say why; which variable is at fault they do not know.
  try {
    await makeFolder(path);
    const dataDir = await realpath(path);
    return { dataDir, lock: await lockFolder(dataDir) };
  } catch (error) {
    const bySystem = error instanceof Error && 'syscall' in error;
    throw bySystem ? new ConfigError(`PVE_DATA_DIR cannot be used: ${error.message}`) : error;
  }
}

async function startIn(
  dataDir: string,
  { log, settings = {} }: EmbeddedPostgresOptions,
  release: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const runAs = await findRunAs(binaries.postgres);
  const folder = await prepareDataFolder(dataDir, binaries, runAs);
  const start = async (port: number): Promise<RunningServer> =>
    (await adoptLeftOver(folder)) ?? (await launchServer(folder, { binaries, runAs, port, settings }));

  const first = await start(await freePort());
  log.info({ pid: first.pid, port: first.port }, 'embedded PostgreSQL answers');
  const kept = new KeptServer(first, () => start(first.port), log);
  const stop = async (): Promise<void> => {
    await kept.stop(STOP_GRACE);
    await release();
  };
  return { url: serverUrl(first.port, folder.password), pid: () => kept.pid, stop };
}
