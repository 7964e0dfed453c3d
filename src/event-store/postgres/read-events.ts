import type { Client } from '../../platform/database-client.ts';
import type { EventMetadata, LogSlice, Position, ReadAllOptions, RecordedEvent, Revision } from '../event-store.ts';

interface EventRow {
  readonly position: bigint;
  readonly recorded_at: Date;
  readonly revision: number;
  readonly schema_version: number;
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Events of a stream as they stand, beyond the safe head too: a decision needs its stream as it is now. */
export async function readStream(
  sql: Client,
  stream: string,
  { from, limit }: { readonly from: Revision; readonly limit: number | undefined },
): Promise<readonly RecordedEvent[]> {
  return (await sql<EventRow[]>`select * from read_stream(${stream}, ${from}, ${limit ?? null})`).map(toEvent);
}

export async function readLast(sql: Client, stream: string): Promise<RecordedEvent | undefined> {
  const [row] = await sql<EventRow[]>`select * from read_last(${stream})`;
  return row && toEvent(row);
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
      ? await sql<EventRow[]>`select * from read_log(${after}, ${safeHead}, ${limit})`
      : await sql<EventRow[]>`select * from read_log_of_types(${after}, ${safeHead}, ${limit}, ${types})`;
  const events = rows.map(toEvent);
  const last = events.at(-1);
  return { events, through: last !== undefined && events.length === limit ? last.position : safeHead };
}

function toEvent(row: EventRow): RecordedEvent {
  return {
    id: row.id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: JSON.parse(row.data),
    metadata: JSON.parse(row.metadata) as EventMetadata,
    stream: row.stream,
    revision: row.revision,
    position: row.position as Position,
    recordedAt: row.recorded_at.toISOString(),
  };
}
