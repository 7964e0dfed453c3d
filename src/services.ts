import { resolve } from 'node:path';
import type { EventStore } from './event-store/event-store.ts';
import { createPostgresEventStore } from './event-store/postgres/postgres-event-store.ts';
import { ConfigError, type Config } from './platform/config.ts';
import type { Database } from './platform/database.ts';
import { startEmbeddedPostgres } from './platform/embedded/postgres.ts';
import type { Logger } from './platform/logging.ts';
import { migrate } from './platform/migrate.ts';
import { migrateQueue, type QueueBackend } from './platform/queue.ts';
import { createStandin } from './standin/standin.ts';

/** A service outside our processes, or one that we started because it was not configured. */
export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

const notOurs = (): Promise<void> => Promise.resolve();

/** The configured PostgreSQL, else an embedded one in the data folder. */
export async function providePostgres(config: Config, log: Logger): Promise<Service> {
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, stop: notOurs };
  return await startEmbeddedPostgres({ dataDir: resolve(config.PVE_DATA_DIR), log });
}

/** Where the queue lives: the configured Redis, else PostgreSQL. */
export function queueBackend(config: Config, databaseUrl: string): QueueBackend {
  return config.REDIS_URL === undefined ? { databaseUrl } : { redisUrl: config.REDIS_URL };
}

/** No such address, no answer, refused, wrong password, no such database. */
const UNREACHABLE = /^(E[A-Z]|CONNECT|28|3D)/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Brings all tables, the queue's included, to the state this version needs. */
export async function migrateAll(config: Config, databaseUrl: string, log: Logger): Promise<void> {
  await migrate(databaseUrl, { log }).catch((error: unknown) => {
    throw UNREACHABLE.test(codeOf(error)) ? new ConfigError(`DATABASE_URL: ${String(error)}`) : error;
  });
  await migrateQueue(queueBackend(config, databaseUrl));
}

/** The configured event store: EventStoreDB, else the log in PostgreSQL. */
export async function openEventStore(config: Config, databaseUrl: string, database: Database): Promise<EventStore> {
  if (config.EVENT_STORE_URL === undefined) return createPostgresEventStore({ database, url: databaseUrl });
  // Its client takes memory in every process that loads it.
  const { createEventStoreDbEventStore } = await import('./event-store/eventstoredb/event-store-db.ts');
  return createEventStoreDbEventStore({ connectionString: config.EVENT_STORE_URL });
}

/** The game API where a key is configured, else a local stand-in with sample characters. */
export async function provideUpstream(config: Config): Promise<Service & { readonly apiKey: string }> {
  if (config.NEXON_API_KEY !== undefined)
    return { url: config.UPSTREAM_URL, apiKey: config.NEXON_API_KEY, stop: notOurs };
  const standin = createStandin(config.STANDIN_DIR === undefined ? {} : { folder: config.STANDIN_DIR });
  const url = await standin.start(0);
  return { url, apiKey: standin.apiKey, stop: () => standin.stop() };
}
