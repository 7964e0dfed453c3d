import type { Decider } from '../domain/decider.ts';
import { readEvent, type DomainEvent } from '../domain/events.ts';
import { ConcurrencyError } from '../event-store/errors.ts';
import type { AppendResult, EventStore, RecordedEvent } from '../event-store/event-store.ts';
import { newEvents, type Cause } from './new-event.ts';

/** Tries at a stream that others write at the same time. */
const ATTEMPTS = 3;

interface Decision<C, S, E extends DomainEvent> {
  readonly stream: string;
  readonly decider: Decider<C, S, E>;
  readonly command: C;
  readonly cause: Cause;
  /** The stream's last event as somebody has read it just now; without it, it is read here. */
  readonly known?: { readonly last: RecordedEvent | undefined };
}

/**
 * Reads a stream's state, decides, appends what was decided; decides again when another writer was faster. For streams
 * whose last event tells their whole state. Returns `undefined` when there was nothing to append.
 */
export async function decideAndAppend<C, S, E extends DomainEvent>(
  store: Pick<EventStore, 'readLast' | 'append'>,
  decision: Decision<C, S, E>,
  attempt = 1,
): Promise<AppendResult | undefined> {
  const { stream, decider, command, cause, known } = decision;
  const last = known === undefined ? await store.readLast(stream) : known.last;
  const state = last === undefined ? decider.initialState : decider.evolve(decider.initialState, readEvent(last) as E);
  const decided = decider.decide(command, state);
  if (decided.length === 0) return undefined;
  const expected = last?.revision ?? 'no-stream';
  // The same decision at another revision is another event: an equipment may come back to an earlier state.
  const events = newEvents(decided, { ...cause, commandId: `${cause.commandId}@${stream}@${expected}` });
  // Only a lost race is answered here, by deciding again on the newer state.
  try {
    return await store.append(stream, expected, events);
  } catch (error) {
    if (!(error instanceof ConcurrencyError) || attempt >= ATTEMPTS) throw error;
    return await decideAndAppend(store, { stream, decider, command, cause }, attempt + 1);
  }
}
