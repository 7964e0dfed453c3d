import { ConcurrencyError, PartialDuplicateError } from './errors.ts';
import type { AppendResult, ExpectedRevision, Position, Revision, StreamAppend } from './event-store.ts';

/** What a stream holds at the time an append to it was refused. */
export interface Standing {
  /** Revision of the stream's last event. */
  readonly actual: ExpectedRevision;
  /** The events standing from the append's first revision on, in order, at most as many as the append has. */
  readonly events: readonly { readonly id: string; readonly position: Position }[];
}

/** Revision that the first event of an append takes. */
export function firstRevision(expected: ExpectedRevision): Revision {
  return expected === 'no-stream' ? 0 : expected + 1;
}

/**
 * The rule of the idempotent append, one for all adapters: the ids already standing where these events would go decide.
 * All equal ⇒ the earlier result; none equal ⇒ throws `ConcurrencyError`; some equal ⇒ throws `PartialDuplicateError`.
 */
export function judgeRefusedAppend(append: StreamAppend, standing: Standing): AppendResult {
  const { stream, expectedRevision, events } = append;
  const first = firstRevision(expectedRevision);
  const equal = events.filter((event, i) => event.id === standing.events[i]?.id).length;
  const last = standing.events[events.length - 1];
  if (equal === events.length && last !== undefined)
    return { position: last.position, revision: first + events.length - 1, idempotent: true };
  if (equal > 0) throw new PartialDuplicateError(stream, first);
  throw new ConcurrencyError(stream, expectedRevision, standing.actual);
}
