import { randomBytes } from 'node:crypto';
import type { Client } from '../../src/platform/database-client.ts';
import type { Database } from '../../src/platform/database.ts';
import { createAdmission } from '../../src/platform/http/admission.ts';
import { toBrotli } from '../../src/platform/http/encoding.ts';
import { AnswerCache } from '../../src/read-api/cache/answer-cache.ts';
import { createLookUp, type LookUp } from '../../src/read-api/cache/look-up.ts';

/** Writes a character's answer as the projection does, at a log position. */
export async function storeAnswer(
  sql: Client,
  { key, at, asOf = new Date(), bytes = 100 }: { key: string; at: number; asOf?: Date; bytes?: number },
): Promise<void> {
  const padding = randomBytes(bytes / 2).toString('hex');
  const json = JSON.stringify({ freshness: 'fresh', asOf: asOf.toISOString(), key, at, padding });
  const body = await toBrotli(Buffer.from(json));
  await sql`
    insert into expectation_view
      (character_key, ocid, fingerprint, as_of, fetch_started_at, changed_at, etag, body)
    values (${key}, ${`ocid-${key}`}, 'f', ${asOf}, ${asOf}, ${at}, ${`${key}-${at}`}, ${body})
    on conflict (character_key) do update set
      as_of = excluded.as_of, changed_at = excluded.changed_at, etag = excluded.etag, body = excluded.body`;
}

/** Settles requests of a character as the projection does. */
export async function settle(sql: Client, key: string, position: number, outcome = 'ignored'): Promise<void> {
  await sql`
    insert into settlement_view (character_key, position, after, through, outcome, reason, evidence, settled_at)
    values (${key}, ${position}, 0, ${position}, ${outcome}, null, '{}', now())`;
}

/** Looks up in this database, as a process does. */
export function looking(database: Database): LookUp {
  return createLookUp(database, createAdmission({ poolSize: () => 5, threads: 1, maxQueue: () => 100 }));
}

/** A cache of this process alone, with the usual times. */
export function plainCache(lookUp: LookUp): AnswerCache {
  return new AnswerCache({
    lookUp,
    shared: undefined,
    capacityBytes: 1024 ** 2,
    ttlSeconds: () => 300,
    serveStaleSeconds: () => 3600,
    freshForSeconds: () => 900,
    now: () => new Date(),
  });
}
