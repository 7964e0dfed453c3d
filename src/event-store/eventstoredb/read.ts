import { StreamNotFoundError } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { START } from '../event-store.ts';
import type { LogSlice, Position, ReadAllOptions, RecordedEvent } from '../event-store.ts';
import { asStoreError, noAnswer } from './answers.ts';
import { fromWire, positionOf, toWirePosition } from './wire-event.ts';

/** A client and the longest silence (milliseconds) in which it may leave a call. */
export interface Connection {
  readonly client: EventStoreDBClient;
  readonly deadlineMs: number;
}

/** Events of a filtered read are picked here, since the client cannot ask for them: read at least so many at a time. */
const FILTERED_PAGE = 500;

/** Events of a stream from a revision on, at most `maxCount`; none when there is no such stream. */
export async function readStreamForwards(
  { client, deadlineMs }: Connection,
  stream: string,
  fromRevision: number,
  maxCount?: number,
): Promise<RecordedEvent[]> {
  const options = { fromRevision: BigInt(fromRevision), ...(maxCount !== undefined && { maxCount }) };
  return ours(await drain(client.readStream(stream, options), deadlineMs));
}

/** The last event of a stream; `undefined` when there is no such stream. */
export async function readStreamEnd(
  { client, deadlineMs }: Connection,
  stream: string,
): Promise<RecordedEvent | undefined> {
  const read = client.readStream(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 });
  return ours(await drain(read, deadlineMs))[0];
}

/** The log after a position, in order. Fills up to `limit` events or reads to the end of the log. */
export async function readLog(connection: Connection, options: ReadAllOptions): Promise<LogSlice> {
  const { limit, types } = options;
  const events: RecordedEvent[] = [];
  let through = options.after;
  for (;;) {
    // One more than wanted: a forward read is inclusive, so the event at `through` comes again.
    const maxCount = 1 + (types === undefined ? limit - events.length : Math.max(limit, FILTERED_PAGE));
    const page = await readPage(connection, through, maxCount);
    for (const item of page) {
      if (events.length >= limit) return { events, through };
      const position = item.event && positionOf(item.event);
      if (position === undefined || position <= through) continue;
      const event = fromWire(item);
      if (event !== undefined && (types?.includes(event.type) ?? true)) events.push(event);
      through = position;
    }
    if (page.length < maxCount || events.length >= limit) return { events, through };
  }
}

function readPage({ client, deadlineMs }: Connection, from: Position, maxCount: number): Promise<ResolvedEvent[]> {
  return drain(client.readAll({ fromPosition: toWirePosition(from), maxCount }), deadlineMs);
}

/** Position of the last event of the log, whosever it is. */
export function readHead(connection: Connection): Promise<Position> {
  return lastBefore(connection, 'end');
}

/** Position of the last event that stands below a position; START when there is none. */
export async function lastBefore({ client, deadlineMs }: Connection, position: Position | 'end'): Promise<Position> {
  const fromPosition = position === 'end' ? position : toWirePosition(position);
  if (fromPosition === 'start') return START;
  // A backward read is exclusive.
  const [last] = await drain(client.readAll({ direction: 'backwards', fromPosition, maxCount: 1 }), deadlineMs);
  return last?.event === undefined ? START : positionOf(last.event);
}

function ours(read: readonly ResolvedEvent[]): RecordedEvent[] {
  return read.map(fromWire).filter((event) => event !== undefined);
}

/**
 * Everything a read delivers. The client gives reads no deadline: one that falls silent for `deadlineMs` is given up as
 * `StoreUnavailableError`.
 */
export async function drain(read: StreamingRead<ResolvedEvent>, deadlineMs: number): Promise<ResolvedEvent[]> {
  const events: ResolvedEvent[] = [];
  const silence = setTimeout(() => {
    read.destroy(noAnswer(deadlineMs));
    // The call may never have begun; then there is nothing to cancel.
    read.cancel().catch(() => undefined);
  }, deadlineMs);
  // The client goes on emitting errors after the first, which nobody waits for any more.
  read.on('error', () => undefined);
  // A missing stream is an answer: no events. All else is named as the port names it.
  try {
    for await (const event of read) {
      silence.refresh();
      events.push(event);
    }
    return events;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw asStoreError(error);
  } finally {
    clearTimeout(silence);
  }
}
