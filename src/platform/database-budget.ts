import type { Database } from './database.ts';

/** Connections kept free for administrators, backups and the moments of a rolling restart. */
const RESERVE = 10;

/** `poolSize`: of each process; `besides`: connections of all outside their pools (operators, queue, leader locks, listeners). */
export interface ConnectionBudget {
  readonly processes: number;
  readonly poolSize: number;
  readonly besides: number;
}

/**
 * Checks at the start that all processes together fit into the server's `max_connections − 10`. Throws with one line
 * that names the numbers: found here, it is a setting; found under load, it is an outage.
 */
export async function assertConnectionsFit(database: Database, budget: ConnectionBudget): Promise<void> {
  const [row] = await database.query(
    (sql) => sql<{ max: number }[]>`
    select current_setting('max_connections')::int as max`,
  );
  const available = (row?.max ?? 0) - RESERVE;
  const { processes, poolSize, besides } = budget;
  const needed = processes * poolSize + besides;
  if (needed <= available) return;
  throw new Error(
    `DATABASE_POOL_SIZE: ${processes} processes × ${poolSize} connections + ${besides} others = ${needed}, ` +
      `but PostgreSQL has ${available} to give (max_connections − ${RESERVE})`,
  );
}
