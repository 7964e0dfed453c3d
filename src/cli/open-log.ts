import { resolve } from 'node:path';
import type { EventStore } from '../event-store/event-store.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { FolderInUseError } from '../platform/embedded/instance-lock.ts';
import { runningServerUrl } from '../platform/embedded/running-server-url.ts';
import { Lifeline } from '../platform/lifeline.ts';
import { createLogger, type Logger } from '../platform/logging.ts';
import { migrateAll, openEventStore, providePostgres, type Service } from '../services.ts';

/** The log and its database, as a command uses them. */
export interface OpenLog {
  readonly config: Config;
  readonly database: Database;
  readonly store: EventStore;
  readonly databaseUrl: string;
  readonly log: Logger;
}

/**
 * Opens the configured database, the embedded one of a running instance, or starts the embedded one for the time of the
 * command; runs `work` with it and closes everything.
 */
export async function withLog<T>(work: (opened: OpenLog) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const log = createLogger('warn');
  const lifeline = new Lifeline();
  const open = async (): Promise<T> => {
    const { url } = lifeline.add('services', await reachPostgres(config, log), (it) => it.stop());
    await migrateAll(config, url, log);
    const pool = { url, applicationName: 'pve-cli', poolSize: 2 };
    const database = lifeline.add('database', openDatabase(pool), (it) => it.close());
    const store = lifeline.add('event store', await openEventStore(config, url, database), (it) => it.close());
    return await work({ config, database, store, databaseUrl: url, log });
  };
  return await open().finally(() => lifeline.end());
}

async function reachPostgres(config: Config, log: Logger): Promise<Service> {
  // An instance that is running has the folder: its server is used, not another one started.
  try {
    return await providePostgres(config, log);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    return { url: await runningServerUrl(resolve(config.PVE_DATA_DIR)), stop: () => Promise.resolve() };
  }
}
