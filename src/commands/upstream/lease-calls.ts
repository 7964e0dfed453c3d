import type { Database } from '../../platform/database.ts';

/** What is asked of the shared budget. */
export interface LeaseRequest {
  readonly provider: string;
  readonly wanted: number;
  /** Time between the beginnings of two calls, in ms. */
  readonly spacingMs: number;
  /** Only calls that begin within this time, in ms. */
  readonly aheadMs: number;
  readonly dayLimit: number;
}

/** Calls that may begin: the first in `startsInMs`, each next one `spacingMs` later. With none, ask again in `retryInMs`. */
export interface Lease {
  readonly granted: number;
  readonly startsInMs: number;
  readonly retryInMs: number;
  readonly usedToday: number;
}

/** Takes calls from the budget that all processes share: one row, one round trip. */
export async function leaseCalls(database: Database, request: LeaseRequest): Promise<Lease> {
  const { provider, wanted, spacingMs, aheadMs, dayLimit } = request;
  const [lease] = await database.query(
    (sql) => sql<Lease[]>`
      select granted, starts_in_ms as "startsInMs", retry_in_ms as "retryInMs", used_today as "usedToday"
      from lease_upstream_calls(${provider}, ${wanted}, make_interval(secs => ${spacingMs / 1000}),
                                make_interval(secs => ${aheadMs / 1000}), ${dayLimit})`,
  );
  if (lease === undefined) throw new Error('the budget of upstream calls gave no answer');
  return lease;
}

/** Keeps every process from calling the provider for this time. */
export async function holdCalls(database: Database, provider: string, ms: number): Promise<void> {
  await database.query((sql) => sql`select hold_upstream_calls(${provider}, make_interval(secs => ${ms / 1000}))`);
}
