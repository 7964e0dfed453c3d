import type { Client } from '../../platform/database-client.ts';
import type { EventMetadata, LogSlice, Position, ReadAllOptions, RecordedEvent, Revision } from '../event-store.ts';

/** A row as an array: the driver fills one faster than an object, and a log is read in millions of rows. */
type EventRow = readonly [
  position: bigint,
  /** Microseconds. */
  recordedAt: number,
  revision: number,
  schemaVersion: number,
  id: string,
  stream: string,
  type: string,
  data: string,
  metadata: string,
];

// A number: PostgreSQL takes longer to spell a date than to read the rest of the row.
const columns = (sql: Client) => sql`
  position, round(date_part('epoch', recorded_at) * 1e6), revision, schema_version, id, stream, type, data, metadata`;

/** Events of a stream as they stand, beyond the safe head too: a decision needs its stream as it is now. */
export async function readStream(
  sql: Client,
  stream: string,
  { from, limit }: { readonly from: Revision; readonly limit: number | undefined },
): Promise<readonly RecordedEvent[]> {
  const rows = await sql`select ${columns(sql)} from read_stream(${stream}, ${from}, ${limit ?? null})`.values();
  return toEvents(rows);
}

export async function readLast(sql: Client, stream: string): Promise<RecordedEvent | undefined> {
  return toEvents(await sql`select ${columns(sql)} from read_last(${stream})`.values())[0];
}

/** The next slice of the log, never beyond the safe head: below it nothing is missing that could still appear. */
export async function readSlice(
  sql: Client,
  { after, limit, types }: ReadAllOptions,
  safeHead: Position,
): Promise<LogSlice> {
  if (safeHead <= after) return { events: [], through: after };
  const rows =
    types === undefined
      ? await sql`select ${columns(sql)} from read_log(${after}, ${safeHead}, ${limit})`.values()
      : await sql`select ${columns(sql)} from read_log_of_types(${after}, ${safeHead}, ${limit}, ${types})`.values();
  const events = toEvents(rows);
  const last = events.at(-1);
  return { events, through: last !== undefined && events.length === limit ? last.position : safeHead };
}

function toEvents(rows: readonly unknown[]): RecordedEvent[] {
  return (rows as readonly EventRow[]).map(
    ([position, recordedAt, revision, schemaVersion, id, stream, type, data, metadata]) => ({
      id,
      type,
      schemaVersion,
      data: JSON.parse(data) as unknown,
      metadata: JSON.parse(metadata) as EventMetadata,
      stream,
      revision,
      position: position as Position,
      recordedAt: toIso(Math.floor(recordedAt / 1000)),
    }),
  );
}

let spelled = { ms: NaN, iso: '' };

/** What is recorded together has the same time. */
function toIso(ms: number): string {
  if (spelled.ms !== ms) spelled = { ms, iso: new Date(ms).toISOString() };
  return spelled.iso;
}
