import { newestVersion, type DomainEvent } from '../domain/events.ts';
import { derivedId } from '../domain/ids.ts';
import type { NewEvent } from '../event-store/event-store.ts';

/** Who causes events, on whose behalf, and when. */
export interface Cause {
  /** Id of the command: event ids derive from it, so that the same command never writes twice. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly actor: string;
  readonly now: Date;
}

/** Decided events as the store takes them: newest schema version, ids derived from the command and their order. */
export function newEvents(events: readonly DomainEvent[], cause: Cause): NewEvent[] {
  return events.map(({ type, data }, index) => ({
    id: derivedId('event', cause.commandId, index),
    type,
    schemaVersion: newestVersion(type),
    data,
    metadata: {
      correlationId: cause.correlationId,
      causationId: cause.causationId,
      actor: cause.actor,
      occurredAt: cause.now.toISOString(),
    },
  }));
}
