import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ProblemError, type ErrorCode } from '../../domain/errors.ts';
import type { Logger } from '../logging.ts';
import { RateExceeded } from './rate-limit.ts';

/** RFC 9457 problem details, as every error of the API is answered. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode | 'internal';
  readonly detail: string;
  readonly field?: string;
  readonly traceId: string;
}

/** The one place where error codes become HTTP statuses and titles. */
const KINDS: { readonly [C in Problem['code']]: readonly [status: number, title: string] } = {
  'invalid-input': [400, 'The request is not valid'],
  unauthorized: [401, 'A valid token is required'],
  forbidden: [403, 'The token does not allow this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  conflict: [409, 'The state has changed meanwhile'],
  'payload-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The content type is not supported'],
  'idempotency-key-reused': [422, 'The idempotency key was used for another request'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something is broken here'],
  overloaded: [503, 'The service is busy'],
  unavailable: [503, 'A part of the service is not reachable'],
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Seconds a client waits before it tries again after 503. */
export const RETRY_AFTER_SECONDS = 2;

/** Problem details of any error; what is not ours becomes `internal` without its text. */
export function toProblem(error: unknown, traceId: string): Problem {
  const ours = error instanceof ProblemError ? error : fromFramework(error);
  const code: Problem['code'] = ours?.code ?? 'internal';
  const [status, title] = KINDS[code];
  const problem = { type: `urn:pve:problem:${code}`, title, status, code, detail: ours?.message ?? title, traceId };
  return ours?.field === undefined ? problem : { ...problem, field: ours.field };
}

/** Express and its body parser mark their client errors with `status` and `type`. */
function fromFramework(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const type = 'type' in error ? error.type : undefined;
  if (error.status === 413)
    return new ProblemError('payload-too-large', 'the body is larger than 64 KB', { field: 'body' });
  if (error.status === 415)
    return new ProblemError('unsupported-media-type', error.message, { field: 'content-encoding' });
  if (error instanceof URIError)
    return new ProblemError('invalid-input', 'the path is not percent-encoded UTF-8', { field: 'path' });
  if (type === 'entity.parse.failed')
    return new ProblemError('invalid-input', 'the body is not JSON', { field: 'body' });
  if (error.status === 400) return new ProblemError('invalid-input', error.message, { field: 'body' });
  return undefined;
}

/** Last handler of an Express app: any error becomes problem+json; what is our fault is logged with its stack. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error, String(response.locals.correlationId ?? ''));
    // Shedding load is counted, not reported one by one: the log would be the next to be overloaded.
    if (problem.status >= 500 && problem.code !== 'overloaded')
      log.error({ err: error, traceId: problem.traceId, path: request.path }, problem.title);
    if (response.headersSent) {
      next(error);
      return;
    }
    if (problem.status === 503) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
    if (error instanceof RateExceeded) response.set(refusalHeaders(error));
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
    response.status(problem.status).set('Content-Type', PROBLEM_TYPE).set('Cache-Control', 'no-store');
    response.end(JSON.stringify(problem));
  };
}

function refusalHeaders({ limit }: RateExceeded): Record<string, string> {
  const { policy, refillSeconds } = limit;
  return { 'RateLimit-Policy': policy, RateLimit: limit.header(0), 'Retry-After': String(refillSeconds) };
}

/** Before the last handler: no route matched. */
export const noSuchRoute: RequestHandler = (request) => {
  throw new ProblemError('not-found', `no route for ${request.method} ${request.path}`, { field: 'path' });
};
