/** Why a call was not made: nothing went wrong, so nothing is counted and the work is put back. */
type DeferredReason = 'held' | 'bulkhead' | 'budget';

/** A call that was not made. The work is to be taken up again, at the earliest after `retryAfterMs`. */
export class DeferredError extends Error {
  override readonly name = 'DeferredError';
  readonly reason: DeferredReason;
  readonly retryAfterMs: number;

  constructor(reason: DeferredReason, retryAfterMs: number) {
    super(`the upstream was not called: ${reason}`);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
