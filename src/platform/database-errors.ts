import { ProblemError } from '../domain/errors.ts';

/** What the driver and the system say when there is no connection, or no longer. */
const NO_CONNECTION = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECTION_SILENT',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * What PostgreSQL says when it will not serve now: 08 connection exceptions, 53300 too many connections, 57014 the
 * deadline of a statement, 57P0x shutting down, crashed or starting up, 25P03 a transaction left idle.
 */
const NOT_SERVED = /^(08...|53300|57014|57P0.|25P03)$/;

/**
 * A database that cannot be reached, or does not answer in time, becomes `ProblemError` `unavailable` with its cause.
 * Whether a write had taken effect is then unknown. All other errors stay what they are.
 */
export function translateDatabaseError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!NO_CONNECTION.has(code) && !NOT_SERVED.test(code)) return error;
  return new ProblemError('unavailable', `the database is not available (${code})`, { cause: error });
}
