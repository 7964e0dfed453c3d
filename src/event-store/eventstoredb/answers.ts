import { NotLeaderError } from '@eventstore/db-client';
import { StoreUnavailableError } from '../errors.ts';

/**
 * gRPC status codes that leave a question unanswered: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED (a time-out inside
 * the server), INTERNAL (a torn stream), UNAVAILABLE. Every other code is an answer, and repeating will not change it.
 * Codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
const UNANSWERED = new Set<unknown>([1, 2, 4, 10, 13, 14]);

/** Thrown by the client without any code when no node of a cluster could be found. */
const NO_NODE_FOUND = /^Failed to discover/;

/** The error as the port names it: `StoreUnavailableError` when the server gave no answer, else the error itself. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const unanswered = UNANSWERED.has(code) || error instanceof NotLeaderError || NO_NODE_FOUND.test(error.message);
  return unanswered ? new StoreUnavailableError(error.message, { cause: error }) : error;
}

/**
 * The work's result, or `StoreUnavailableError` after `deadlineMs`. The client's own deadline does not cover its search
 * for a node of a cluster, which alone can take a minute.
 */
export async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(noAnswer(deadlineMs)), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export function noAnswer(deadlineMs: number): StoreUnavailableError {
  return new StoreUnavailableError(`the event store did not answer within ${deadlineMs} ms`);
}

/** The work's result, or `undefined` as soon as the signal aborts. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
