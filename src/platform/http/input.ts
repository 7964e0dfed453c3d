import express, { type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { ProblemError } from '../../domain/errors.ts';

/** Largest body of a request, bytes. */
const BODY_LIMIT = 64 * 1024;

const requireJson: RequestHandler = (request, _response, next) => {
  // No body at all is no wrong type: the route's schema decides whether it needs one.
  const empty = request.get('content-length') === '0';
  if (!empty && request.is('application/json') === false) {
    throw new ProblemError('unsupported-media-type', 'send application/json', { field: 'content-type' });
  }
  next();
};

/** Reads a JSON body of at most 64 KB; anything else is refused before the route sees it. */
export const jsonBody: readonly RequestHandler[] = [
  requireJson,
  express.json({ limit: BODY_LIMIT, strict: true, inflate: false, type: 'application/json' }),
];

/** Checks a body or query against its schema. Throws `ProblemError` `invalid-input` that names the first field at fault. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].join('.');
  throw new ProblemError('invalid-input', `${field || 'body'}: ${issue?.message ?? 'invalid'}`, {
    field: field || 'body',
  });
}

const LARGEST_POSITION = 2n ** 63n - 1n;

/** A log position as clients give it: decimal digits. */
export const positionText = z
  .string()
  .regex(/^\d{1,19}$/, 'a log position in decimal digits')
  .transform(BigInt)
  .refine((position) => position <= LARGEST_POSITION, 'a log position of at most 2^63 - 1');

/** A named path parameter; Express gives it already decoded. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** Answers the methods that a route does not have. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed.join(', '));
    throw new ProblemError('method-not-allowed', `use ${allowed.join(' or ')}, not ${request.method}`, {
      field: 'method',
    });
  };
}
