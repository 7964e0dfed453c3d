import type { Sql, TransactionSql } from 'postgres';

/** How busy a database pool is: the numbers behind the pool's metrics. */
export interface PoolStats {
  readonly size: number;
  readonly active: number;
  readonly waiting: number;
}

/**
 * One database pool behind its gate: a permit covers one query or one transaction. A permit is waited for at most 1 s
 * (then `ProblemError` `overloaded`), asking for a second permit inside the first throws, every query has a deadline.
 */
export interface Database {
  query<T>(work: (sql: Sql<{ bigint: bigint }>) => Promise<T>): Promise<T>;
  transaction<T>(work: (sql: TransactionSql<{ bigint: bigint }>) => Promise<T>): Promise<T>;
  /** Changes the number of permits of the running pool. */
  setPoolSize(size: number): void;
  stats(): PoolStats;
  close(): Promise<void>;
}
