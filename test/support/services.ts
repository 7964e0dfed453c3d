import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient } from '../../src/platform/database-client.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { needsContainers, postgresContainer } from './containers.ts';
import { startPostgres } from './own-postgres.ts';
import type { TestServer } from './own-postgres.ts';
import { startRedis } from './own-redis.ts';
import { silent } from './silent-log.ts';

export type { TestServer } from './own-postgres.ts';

/** A database of its own for one test file or test. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

const TEMPLATE = 'pve_template';

/** What the run has started so far, in order; stopped in reverse by `stopServices`. */
const started: (() => Promise<void>)[] = [];
let shared: Promise<string> | undefined;
let redis: Promise<string | undefined> | undefined;

/** A fresh, migrated database on the run's one PostgreSQL, which starts with the first call. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await (shared ??= startShared());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} template ${TEMPLATE}`);
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

/** A whole PostgreSQL server of its own, durable like the product's, to be killed and restarted. Not migrated. */
export async function testPostgres(): Promise<TestServer> {
  const folder = await temporaryFolder();
  const server = await startPostgres(folder);
  started.push(() => server.stop());
  return server;
}

/** The address of the run's one Redis, or `undefined` where none can be started: then `skipLoudly`. */
export function testRedis(): Promise<string | undefined> {
  return (redis ??= temporaryFolder().then(async (folder) => {
    const service = await startRedis(folder);
    if (service !== undefined) started.push(() => service.stop());
    return service?.url;
  }));
}

/** A folder that is removed at the end of the run. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pve-test-'));
  started.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Stops everything the run has started; one that fails to stop does not keep the others running. */
export async function stopServices(): Promise<void> {
  const failures: unknown[] = [];
  for (const stop of started.splice(0).reverse()) await stop().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'services did not stop');
}

/** No fsync: what the shared server keeps is thrown away with the run, and no test of durability may use it. */
const THROWAWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

async function startShared(): Promise<string> {
  const folder = await temporaryFolder();
  const server = needsContainers() ? await postgresContainer() : await startPostgres(folder, THROWAWAY);
  started.push(() => server.stop());
  await administer(server.url, `create database ${TEMPLATE}`);
  await migrate(databaseUrl(server.url, TEMPLATE), { log: silent });
  return server.url;
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = openClient(url, { max: 1 });
  // An open client would keep the run alive.
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
