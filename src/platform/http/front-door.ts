import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemError } from '../../domain/errors.ts';
import type { Admission } from './admission.ts';
import { correlationIdOf, pushCommonHeaders } from './common-headers.ts';
import type { EarlyAnswer } from './early-answers.ts';
import { linesOf } from './header-lines.ts';
import { PROBLEM_TYPE, RETRY_AFTER_SECONDS, toProblem } from './problem.ts';
import { kindOf, type QuestionKind } from './question.ts';

const PUBLIC = '/api/';
const OPERATORS = '/api/v4/admin';
const TRACE = '@trace@';
/** Made once: a refusal must cost a fraction of what it saves. */
const [BEFORE = '', BEHIND = ''] = JSON.stringify(
  toProblem(new ProblemError('overloaded', 'more is asked than can be answered in time'), TRACE),
).split(TRACE);

/** That too much is asked, as every refusal says it. */
function overloaded(correlationId: string): { readonly headers: string[]; readonly body: string } {
  const body = BEFORE + correlationId + BEHIND;
  const headers = ['Content-Type', PROBLEM_TYPE, 'Cache-Control', 'no-store'];
  // The body is ASCII: as many bytes as characters.
  headers.push('Retry-After', String(RETRY_AFTER_SECONDS), 'Content-Length', String(body.length));
  pushCommonHeaders(headers, correlationId);
  return { headers, body };
}

/** The same, for who has not been parsed yet. */
export function earlyOverloaded(correlationId: string): EarlyAnswer {
  const { headers, body } = overloaded(correlationId);
  return { status: '503 Service Unavailable', lines: linesOf(headers), body };
}

/** Answers 503 in one write. */
export function sendOverloaded(response: ServerResponse, correlationId: string): void {
  const { headers, body } = overloaded(correlationId);
  response.writeHead(503, headers);
  response.end(body);
}

/** Refuses what cannot be answered in time; answers whether it did. */
export type FrontDoor = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Refuses public requests in front of the framework while admission would refuse them behind it: at several times what a
 * process can do, refusing each one dearly would leave no time for those that are let in.
 */
export function createFrontDoor(admission: Admission): FrontDoor {
  // A batch of requests is parsed before any of them reaches admission: those on their way there count too.
  const entering = { lookUps: 0, calculations: 0, reads: 0, commands: 0 };
  const enter = (kind: QuestionKind): void => {
    if (entering[kind] === 0) setImmediate(() => (entering[kind] = 0));
    entering[kind] += 1;
  };
  return (request, response) => {
    const { url = '', method } = request;
    if (!url.startsWith(PUBLIC) || url.startsWith(OPERATORS)) return false;
    const kind = kindOf(method, url);
    if (admission.room(kind) > entering[kind]) {
      // Many may ask for one calculation at once, or for what is remembered.
      if (kind !== 'calculations') enter(kind);
      return false;
    }
    admission.turnAway(kind);
    const given = request.headers['x-correlation-id'];
    const correlationId = correlationIdOf(typeof given === 'string' ? given : undefined);
    sendOverloaded(response, correlationId);
    return true;
  };
}
