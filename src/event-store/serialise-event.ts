import type { NewEvent } from './event-store.ts';

/** The JSON texts of an event, as a store keeps them byte for byte. */
export interface EventTexts {
  readonly data: string;
  readonly metadata: string;
}

/** Throws `TypeError` when `data` has no JSON form (`undefined`, a function): such an event could not be read back. */
export function serialiseEvent(event: NewEvent): EventTexts {
  const data = JSON.stringify(event.data) as string | undefined;
  if (data === undefined) throw new TypeError(`event ${event.id} (${event.type}): its data has no JSON form`);
  return { data, metadata: JSON.stringify(event.metadata) };
}

/** Throws `RangeError` for an append without events: there is no position it could answer with. */
export function requireEvents(stream: string, events: readonly NewEvent[]): void {
  if (events.length === 0) throw new RangeError(`stream ${stream}: an append needs at least one event`);
}
