import type { ISql, PendingQuery, Row, Sql } from 'postgres';
import { openClient } from './database-client.ts';
import { translateDatabaseError } from './database-errors.ts';

/** A lock held by a connection of its own; `lost` aborts when the connection ends. */
export interface SessionLock {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a session-level advisory lock if nobody has it. It ends with this process, however that ends. Throws
 * `ProblemError` `unavailable`.
 */
export async function trySessionLock(url: string, key: string): Promise<SessionLock | undefined> {
  const lost = new AbortController();
  const sql = openClient(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connection: { application_name: `pve-lock ${key}` },
    onclose: () => lost.abort(),
  });
  const release = (): Promise<void> => sql.end({ timeout: 1 });
  const ask = sql<{ locked: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as locked`;
  const [row] = await ask.catch(async (error: unknown) => {
    await release();
    throw translateDatabaseError(error);
  });
  if (row?.locked === true) return { lost: lost.signal, release };
  await release();
  return undefined;
}

/** A condition: whether anybody holds the lock. */
export function sessionLockHeld(sql: ISql<{ bigint: bigint }>, key: string): PendingQuery<Row[]> {
  return sql`exists (
    select 1 from pg_locks l, (select hashtextextended(${key}, 0) as k) wanted
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and l.classid::bigint = (wanted.k >> 32) & 4294967295 and l.objid::bigint = wanted.k & 4294967295)`;
}

/** Whether anybody holds the lock. */
export async function isSessionLocked(sql: Sql<{ bigint: bigint }>, key: string): Promise<boolean> {
  const [row] = await sql<{ held: boolean }[]>`select ${sessionLockHeld(sql, key)} as held`;
  return row?.held === true;
}
