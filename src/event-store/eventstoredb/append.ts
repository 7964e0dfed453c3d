import { WrongExpectedVersionError } from '@eventstore/db-client';
import type { EventData } from '@eventstore/db-client';
import { append } from '@eventstore/db-client/dist/streams/appendToStream/append.js';
import { StoreUnavailableError } from '../errors.ts';
import type { AppendResult, ExpectedRevision, Position, StreamAppend } from '../event-store.ts';
import { firstRevision, judgeRefusedAppend } from '../refused-append.ts';
import { requireEvents } from '../serialise-event.ts';
import { asStoreError, within } from './answers.ts';
import { readStreamForwards } from './read.ts';
import type { Connection } from './read.ts';
import { toWire } from './wire-event.ts';

/** An append that the server took: where its last event stands, when the server says so. */
interface Accepted {
  readonly position: Position | undefined;
}

/** An append that the server refused: the revision of the stream's last event. */
interface Refused {
  readonly actual: ExpectedRevision;
}

/**
 * Appends by one call. `headBefore` is any position known to be taken before the call was made: an accepted append that
 * stands at or below it was there already, for new events stand above everything. The server takes a repeated append for
 * a success and does not say that it is one, so this comparison is all that can be known without a second call; a repeat
 * of events that stand above `headBefore` is reported as new.
 */
export async function appendToStream(
  connection: Connection,
  request: StreamAppend,
  headBefore: Position,
): Promise<AppendResult> {
  const { stream, expectedRevision, events } = request;
  requireEvents(stream, events);
  const answer = await sendAppend(connection, stream, expectedRevision, events.map(toWire));
  const first = firstRevision(expectedRevision);
  if ('actual' in answer) {
    const standing = await readStreamForwards(connection, stream, first, events.length);
    return judgeRefusedAppend(request, { actual: answer.actual, events: standing });
  }
  const revision = first + events.length - 1;
  const position = answer.position ?? (await standingAt(connection, stream, revision));
  return { position, revision, idempotent: position <= headBefore };
}

/**
 * The plain append call, not `client.appendToStream`: that one prefers the batch call, whose book of open appends is
 * shared by all clients of the process. When one connection breaks it rejects the appends of the others, and their
 * answers then end the process (docs/adr/0002).
 */
export async function sendAppend(
  { client, deadlineMs }: Connection,
  stream: string,
  expected: ExpectedRevision,
  events: EventData[],
): Promise<Accepted | Refused> {
  const expectedRevision = expected === 'no-stream' ? 'no_stream' : BigInt(expected);
  // The one error that is an answer: the stream is elsewhere.
  try {
    const call = append.call(client, stream, events, { expectedRevision, batchAppendSize: 0, deadline: deadlineMs });
    const { success, position, nextExpectedRevision } = await within(deadlineMs, call);
    if (!success) return { actual: toExpected(nextExpectedRevision) };
    return { position: position?.commit as Position | undefined };
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw asStoreError(error);
    return { actual: toExpected(error.actualVersion) };
  }
}

function toExpected(version: unknown): ExpectedRevision {
  return typeof version === 'bigint' && version >= 0n ? Number(version) : 'no-stream';
}

/** Reads an own event back: the server leaves the position out of some answers to a repeated append. */
async function standingAt(connection: Connection, stream: string, revision: number): Promise<Position> {
  const [event] = await readStreamForwards(connection, stream, revision, 1);
  if (event === undefined) throw new StoreUnavailableError(`stream ${stream} does not show its event ${revision} yet`);
  return event.position;
}
