import type { TransactionSql } from 'postgres';
import { openClient } from './database-client.ts';
import type { Client } from './database-client.ts';
import { translateDatabaseError } from './database-errors.ts';
import { Gate } from './database-gate.ts';
import type { PoolStats } from './database-gate.ts';

export type { PoolStats } from './database-gate.ts';

/**
 * One database pool behind its gate: a permit covers one query or one transaction. A permit is waited for at most 1 s
 * (then `ProblemError` `overloaded`), every query has a deadline.
 * A database that is not there or does not answer in time: `ProblemError` `unavailable`; errors of SQL pass through.
 */
export interface Database {
  /** Runs queries outside a transaction; more than one at a time may share a connection, one after the other. */
  query<T>(work: (sql: Client) => Promise<T>): Promise<T>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (sql: TransactionSql<{ bigint: bigint }>) => Promise<T>): Promise<T>;
  /** Changes the number of permits of the running pool. Throws `RangeError` outside 1 … `maxPoolSize`. */
  setPoolSize(size: number): void;
  stats(): PoolStats;
  close(): Promise<void>;
}

/** The queries of a reader. */
export type Reading = Pick<Database, 'query'>;

/** `applicationName` is what `pg_stat_activity` shows. Times in ms. */
export interface DatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  readonly maxPoolSize?: number;
  readonly queryTimeoutMs?: number;
  readonly permitTimeoutMs?: number;
  /** Throw when a permit is asked for inside another. For tests: see docs/adr/0009-nesting-noticed-in-tests.md. */
  readonly noticeNesting?: boolean;
}

const OPERATORS_POOL_SIZE = 2;
const CLOSE_GRACE_S = 5;

/** Opens a pool; it connects with the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const { poolSize, maxPoolSize = 50, permitTimeoutMs = 1000, noticeNesting = false } = options;
  const sql = openPool(options, maxPoolSize);
  const gate = new Gate(checkSize(poolSize, maxPoolSize), { timeoutMs: permitTimeoutMs, noticeNesting });
  return {
    query: (work) => gate.run(() => work(sql).catch(rethrowTranslated)),
    // The driver's type also allows an array of queries as the work, which this interface does not.
    transaction: <T>(work: (sql: TransactionSql<{ bigint: bigint }>) => Promise<T>) =>
      gate.run(() => sql.begin(work).catch(rethrowTranslated) as Promise<T>),
    setPoolSize: (size) => gate.resize(checkSize(size, maxPoolSize)),
    stats: () => gate.stats(),
    close: () => sql.end({ timeout: CLOSE_GRACE_S }),
  };
}

/** A small pool of the operators' own: the pool that is the incident must not be the one that the mitigation needs. */
export function openOperatorsDatabase(options: Pick<DatabaseOptions, 'url' | 'applicationName'>): Database {
  return openDatabase({ ...options, poolSize: OPERATORS_POOL_SIZE, maxPoolSize: OPERATORS_POOL_SIZE });
}

/**
 * The driver cannot resize its pool: it is opened with the upper bound, unused connections close when idle, and the
 * gate keeps the number in use. The deadline of a statement is the server's; a server that does not even say that the
 * deadline has passed is lost one second later.
 */
function openPool({ url, applicationName, queryTimeoutMs = 5000 }: DatabaseOptions, max: number): Client {
  return openClient(url, {
    max,
    idle_timeout: 30,
    connect_timeout: queryTimeoutMs / 1000,
    silence_timeout: queryTimeoutMs / 1000 + 1,
    connection: {
      application_name: applicationName,
      statement_timeout: queryTimeoutMs,
      idle_in_transaction_session_timeout: 2 * queryTimeoutMs,
    },
  });
}

function checkSize(size: number, max: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= max) return size;
  throw new RangeError(`database pool size ${size} is not a whole number from 1 to ${max}`);
}

function rethrowTranslated(error: unknown): never {
  throw translateDatabaseError(error);
}
