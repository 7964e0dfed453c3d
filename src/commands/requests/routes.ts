import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ProblemError } from '../../domain/errors.ts';
import type { Reading } from '../../platform/database.ts';
import type { ClientOf } from '../../platform/http/client.ts';
import { jsonBody, methodNotAllowed, parseInput, pathParameter } from '../../platform/http/input.ts';
import { acceptedBody, requestPath } from '../../platform/http/request-answer.ts';
import { findSettlement } from '../../platform/read-models/settlement.ts';
import type { AcceptRequest } from './accept-request.ts';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
const valuationBody = z.strictObject({ characterName: z.string() });
/** A recalculation needs no body; one that is sent must be an empty object. */
const noBody = z.strictObject({}).optional();

interface Parts {
  readonly acceptRequest: AcceptRequest;
  readonly database: Reading;
  readonly clientOf: ClientOf;
}

/** The write side's HTTP endpoints: both file a request to value a character and answer 202. */
export function createCommandRoutes(parts: Parts): Router {
  const router = Router();
  const valuations = '/api/v4/valuations';
  router.post(valuations, ...jsonBody, (request, response) =>
    file(parts, request, response, parseInput(valuationBody, request.body).characterName),
  );
  const recalculate = '/api/v4/characters/:name/expectation/recalculate';
  router.post(recalculate, ...jsonBody, (request, response) => {
    parseInput(noBody, request.body);
    return file(parts, request, response, pathParameter(request, 'name'));
  });
  router.all([valuations, recalculate], methodNotAllowed('POST'));
  return router;
}

async function file(parts: Parts, request: Request, response: Response, characterName: string): Promise<void> {
  const key = idempotencyKey(request);
  const route = `${request.method} ${request.path}`;
  const accepted = await parts.acceptRequest({
    characterName,
    ...(key === undefined ? {} : { idempotency: { key, route } }),
    client: parts.clientOf(request),
    correlationId: String(response.locals.correlationId),
    actor: 'anonymous',
  });
  const { characterKey, position } = accepted;
  const settlement =
    accepted.repeated && position !== null
      ? await parts.database.query((sql) => findSettlement(sql, characterKey, position))
      : undefined;
  response.status(202).set({ Location: requestPath(accepted.requestId), 'Cache-Control': 'no-store' });
  response.json(acceptedBody(accepted, settlement?.outcome ?? 'pending'));
}

function idempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new ProblemError('invalid-input', 'Idempotency-Key: 1 to 128 visible ASCII characters', {
    field: 'idempotency-key',
  });
}
