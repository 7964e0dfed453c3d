import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Database } from '../../platform/database.ts';

const compress = promisify(gzip);

/** Payloads are kept as long as the upstream's terms let us show what was read from them. */
const KEPT_DAYS = 30;

/** Keeps a raw payload under its hash; the same payload again is kept once. */
export async function archivePayload(database: Database, hash: string, payload: Buffer): Promise<void> {
  const body = await compress(payload, { level: constants.Z_BEST_SPEED });
  await database.query(
    (sql) => sql`
    insert into payload_archive (sha256, body) values (${hash}, ${body})
    on conflict (sha256) do update set archived_at = now()`,
  );
}

/** Removes payloads past their retention. Returns how many. */
export async function pruneArchive(database: Database): Promise<number> {
  const result = await database.query(
    (sql) => sql`delete from payload_archive where archived_at < now() - make_interval(days => ${KEPT_DAYS})`,
  );
  return result.count;
}
