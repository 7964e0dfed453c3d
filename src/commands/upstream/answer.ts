import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { classify } from './error-table.ts';
import type { Answer } from './transport.ts';
import { UpstreamError, type Endpoint } from './upstream-error.ts';

/** Longest time away that is believed: the daily budget is new by then. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * What an answer says, if it is the one that was asked for. The body is parsed whole (docs/adr/0003).
 * @param now for a `Retry-After` given as a date
 * @throws UpstreamError classed by the code in the body; a body without code or of the wrong shape is an outage
 */
export function readAnswer<T>(endpoint: Endpoint, answer: Answer, schema: z.ZodType<T>, now: Date): T {
  const json = parseJson(answer.body);
  const apiCode = errorCode(json);
  if (apiCode !== undefined || answer.status !== 200) throw refusal(endpoint, answer, apiCode, now);

  const malformed = {
    class: 'outage',
    reason: 'malformed-body',
    endpoint,
    httpStatus: 200,
    body: answer.body,
  } as const;
  if (json === undefined) throw new UpstreamError({ ...malformed, code: 'NOT_JSON' });
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path ?? [];
  throw new UpstreamError({ ...malformed, code: 'WRONG_SHAPE', field: fieldName(path) });
}

function refusal(endpoint: Endpoint, answer: Answer, apiCode: string | undefined, now: Date): UpstreamError {
  const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
  return new UpstreamError({
    ...classify(endpoint, apiCode, answer.status),
    code: apiCode ?? `HTTP${answer.status}`,
    endpoint,
    httpStatus: answer.status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The body's value, `undefined` where it is no JSON in UTF-8. */
function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined;
  // JSON.parse has no other way to say no; the caller turns it into a typed error.
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The API's error code. Only the official form counts: free text of a body goes into no log. */
function errorCode(json: unknown): string | undefined {
  const error = property(json, 'error');
  if (error === undefined || error === null) return undefined;
  const name = property(error, 'name');
  return typeof name === 'string' && /^OPENAPI\d{5}$/.test(name) ? name : 'UNRECOGNISED';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/** A path as the payload's reader writes it, e.g. `item_equipment[3].starforce`. */
function fieldName(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '');
}
