/** What can be wrong with a request, as callers see it. The HTTP status of each code is decided in one place (platform/http). */
export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'idempotency-key-reused'
  | 'unauthorized'
  | 'forbidden'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'too-many-requests'
  | 'overloaded'
  | 'unavailable';

/** An error that a stranger can act on. `field` names the input at fault (a JSON pointer or parameter name). */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
  }
}
