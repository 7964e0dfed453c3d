import type { Client } from '../../platform/database-client.ts';

/** The log's identity. It is made by whoever asks first, so that a copy of an empty database becomes a log of its own. */
export async function readStoreId(sql: Client): Promise<string> {
  await sql`insert into event_log default values on conflict do nothing`;
  const [row] = await sql<{ store_id: string }[]>`select store_id from event_log`;
  if (row === undefined) throw new Error('the event log has no identity');
  return row.store_id;
}
