import postgres from 'postgres';
import type { Options, Sql } from 'postgres';
import { assertPostgresGuarded } from './postgres-guard.ts';

/** A PostgreSQL client of the house: `int8` is read and written as `bigint`. */
export type Client = Sql<{ bigint: bigint }>;

/** `silence_timeout` (s, of the project's patch): a connection without an answer for this long is lost. */
export interface ClientOptions extends Omit<Options<Record<string, never>>, 'types'> {
  readonly silence_timeout?: number;
}

/**
 * Opens a client; it connects with the first query. A lost server is tried again after 0.1–0.3 s: the library's own
 * backoff grows to 15 s, which a service that waits for its database cannot afford. Notices of the server are not
 * printed.
 */
export function openClient(url: string, options: ClientOptions): Client {
  assertPostgresGuarded();
  return postgres(url, {
    connect_timeout: 5,
    backoff: () => 0.1 + 0.2 * Math.random(),
    onnotice: () => undefined,
    ...options,
    types: { bigint: postgres.BigInt },
  });
}
