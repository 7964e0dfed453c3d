import { jsonEvent } from '@eventstore/db-client';
import type { EventData, JSONType, Position as WirePosition, ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, NewEvent, Position, RecordedEvent } from '../event-store.ts';
import { START } from '../event-store.ts';
import { serialiseEvent } from '../serialise-event.ts';

/** What stands in an event's metadata: ours, and the schema version that the server has no field for. */
interface WireMetadata extends EventMetadata {
  readonly schemaVersion: number;
}

type WireEvent = NonNullable<ResolvedEvent['event']>;

/**
 * Throws what `serialiseEvent` throws: the client serialises inside a promise nobody awaits, so an event without a JSON
 * form would end the process there.
 */
export function toWire(event: NewEvent): EventData {
  serialiseEvent(event);
  const { id, type, schemaVersion } = event;
  const metadata: WireMetadata = { ...event.metadata, schemaVersion };
  return jsonEvent({ id, type, data: event.data as JSONType, metadata: { ...metadata } });
}

/**
 * The event as the port shows it; `undefined` when it is not one of this log's. Those carry our metadata; the server's
 * own events (`$stats`, links, stream metadata, …), the store's identity and a neighbour's events do not.
 */
export function fromWire({ event }: ResolvedEvent): RecordedEvent | undefined {
  if (event === undefined) return undefined;
  const wireMetadata: unknown = event.metadata;
  if (!isOurs(wireMetadata)) return undefined;
  const { schemaVersion, ...metadata } = wireMetadata;
  return {
    id: event.id,
    type: event.type,
    schemaVersion,
    data: event.data,
    metadata,
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
    recordedAt: event.created.toISOString(),
  };
}

function isOurs(metadata: unknown): metadata is WireMetadata {
  return typeof metadata === 'object' && metadata !== null && 'schemaVersion' in metadata && 'actor' in metadata;
}

/** Largest position that exists; servers older than 22.6 answer stream reads with 2⁶⁴ − 1 for "not known". */
const MAX_POSITION = 2n ** 63n - 1n;

/** Throws `RangeError` when the server does not say where its events stand (before 22.6). */
export function positionOf(event: WireEvent): Position {
  const commit = event.position?.commit;
  if (commit === undefined || commit > MAX_POSITION)
    throw new RangeError(`event ${event.id} has no position: the adapter needs EventStoreDB 22.6 or later`);
  return commit as Position;
}

/**
 * A position of the port as the server reads it. It keeps two numbers, which are equal for every event written outside
 * its old explicit transactions; no gRPC client can write those.
 */
export function toWirePosition(position: Position): WirePosition | 'start' {
  return position === START ? 'start' : { commit: position, prepare: position };
}
