import type { Append } from '../../src/commands/spool/spool.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';

/** How requests reach a log without a spool. */
export function appendTo(store: EventStore): Append {
  return ({ stream, expectedRevision, events }) => store.append(stream, expectedRevision, events);
}
