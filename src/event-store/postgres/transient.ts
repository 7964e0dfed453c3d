import { ProblemError } from '../../domain/errors.ts';
import { StoreUnavailableError } from '../errors.ts';

/** Names the database's absence as the port does; all other errors stay what they are. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof ProblemError) || error.code !== 'unavailable') return error;
  return new StoreUnavailableError('the event store cannot be reached or did not answer in time', { cause: error });
}

/** The same call may succeed later: the database is away, or busy. */
export function isTransient(error: unknown): boolean {
  return error instanceof ProblemError && (error.code === 'unavailable' || error.code === 'overloaded');
}
