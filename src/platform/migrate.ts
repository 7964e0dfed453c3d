import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { TransactionSql } from 'postgres';
import { openClient } from './database-client.ts';
import type { Client } from './database-client.ts';

/** One numbered file of `migrations/`. */
interface Migration {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** `folder`: another set of migrations than the project's. */
export interface MigrateOptions {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly folder?: string;
}

/** The same two levels up from `src/platform` and from `dist/platform`. */
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** "pve" and a number: no other use of the database takes this advisory lock. */
const LOCK = 0x707665_01;
const LOCK_TIMEOUT_MS = 3000;
const ATTEMPTS = 12;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Brings the database to the state this version needs: numbered SQL, forward only, each file in one transaction.
 * Several processes may do so at once. A statement that would wait longer than 3 s for a lock, with everybody else
 * queueing behind it, gives up and is tried again, later. Returns the names applied by this call.
 *
 * Throws when the database knows a migration that this version does not, or one whose text has changed since.
 */
export async function migrate(url: string, { log, folder = MIGRATIONS }: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  const sql = openClient(url, { max: 1, connection: { application_name: 'pve-migrate' } });
  const applied: string[] = [];
  // The client is closed whatever happens: an open one would keep the process alive.
  try {
    await locked(
      sql,
      log,
      (tx) => tx`
      create table if not exists schema_migrations (
        name text primary key, sha256 text not null, applied_at timestamptz not null default now()
      )`,
    );
    for (const migration of migrations) {
      const isNew = await locked(sql, log, (tx) => apply(tx, migration, migrations));
      if (!isNew) continue;
      applied.push(migration.name);
      log.info({ migration: migration.name }, 'database migrated');
    }
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}.*\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${folder}/${name}`, 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** Applies one migration unless it is recorded. What is recorded is read under the lock: another process may have. */
async function apply(tx: TransactionSql, migration: Migration, all: readonly Migration[]): Promise<boolean> {
  const recorded = await tx<{ name: string; sha256: string }[]>`select name, sha256 from schema_migrations`;
  const last = check(recorded, all);
  if (recorded.some(({ name }) => name === migration.name)) return false;
  if (last !== undefined && migration.name < last) {
    throw new Error(`migration ${migration.name} comes too late, ${last} is already applied: give it a higher number`);
  }
  await tx.unsafe(migration.text);
  await tx`insert into schema_migrations (name, sha256) values (${migration.name}, ${migration.sha256})`;
  return true;
}

/** Throws unless all that is recorded is known and unchanged. Returns the last one recorded. */
function check(recorded: readonly { name: string; sha256: string }[], all: readonly Migration[]): string | undefined {
  for (const { name, sha256 } of recorded) {
    const known = all.find((migration) => migration.name === name);
    if (known === undefined) {
      throw new Error(`the database is newer than this version: it has migration ${name}; start the newer version`);
    }
    if (known.sha256 !== sha256)
      throw new Error(`migration ${name} was changed after it was applied: restore its text`);
  }
  return recorded
    .map(({ name }) => name)
    .sort()
    .at(-1);
}

/** A transaction that excludes every other migrator, tried again while locks cannot be had. */
async function locked<T>(
  sql: Client,
  log: MigrateOptions['log'],
  work: (tx: TransactionSql) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    // Only a lock not had in time is tried again; all else is the migration's own fault.
    try {
      return (await sql.begin(async (tx) => {
        await tx.unsafe(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await tx`select pg_advisory_xact_lock(${LOCK})`;
        return work(tx);
      })) as T;
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS) throw error;
      log.warn({ attempt }, 'migration waits for a lock');
      await delay(Math.min(100 * 2 ** attempt, 5000));
    }
  }
}
