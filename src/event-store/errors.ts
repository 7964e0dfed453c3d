import { ProblemError } from '../domain/errors.ts';
import type { ExpectedRevision, Revision } from './event-store.ts';

/** The stream is not at the expected revision: read it again and decide again. */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly actual: ExpectedRevision;

  constructor(stream: string, expected: ExpectedRevision, actual: ExpectedRevision) {
    super(`stream ${stream} is at ${actual}, not at ${expected}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Some, not all, of the events already stand at their revisions: the same command was cut in two. Never retried. */
export class PartialDuplicateError extends Error {
  override readonly name = 'PartialDuplicateError';
  readonly stream: string;
  readonly firstRevision: Revision;

  constructor(stream: string, firstRevision: Revision) {
    super(`stream ${stream}: some of these events already stand from revision ${firstRevision} on, some do not`);
    this.stream = stream;
    this.firstRevision = firstRevision;
  }
}

/**
 * An id among these events already stands elsewhere: in another stream, at another revision, or twice in the append.
 * A mistake of the writer, never retried. Only adapters that keep ids unique in the whole log can tell (postgres, memory).
 */
export class DuplicateEventIdError extends Error {
  override readonly name = 'DuplicateEventIdError';
  readonly stream: string;

  constructor(stream: string) {
    super(`stream ${stream}: the id of one of these events already stands elsewhere in the log`);
    this.stream = stream;
  }
}

/** The store cannot be reached or did not answer in time. The outcome of an append is then unknown: repeat it as it is. */
export class StoreUnavailableError extends ProblemError {
  override readonly name = 'StoreUnavailableError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('unavailable', message, options);
  }
}
