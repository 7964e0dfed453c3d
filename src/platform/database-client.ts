import postgres from 'postgres';
import type { Options, Sql } from 'postgres';

/** A PostgreSQL client of the house: `int8` is read and written as `bigint`. */
export type Client = Sql<{ bigint: bigint }>;

/**
 * Opens a client. A lost server is tried again after 0.1–0.3 s (the library's own backoff grows to 15 s, which a service
 * that waits for its database cannot afford); notices of the server are not printed.
 */
export function openClient(url: string, options: Options<Record<string, never>>): Client {
  return postgres(url, {
    connect_timeout: 5,
    backoff: () => 0.1 + 0.2 * Math.random(),
    onnotice: () => undefined,
    fetch_types: false,
    ...options,
    types: { bigint: postgres.BigInt },
  });
}
