import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ProblemError } from '../domain/errors.ts';
import { readEvent } from '../domain/events.ts';
import { requestStream } from '../domain/valuation-request/request.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { encode, fromBrotli, preferredEncoding } from '../platform/http/encoding.ts';
import { methodNotAllowed, parseInput, pathParameter } from '../platform/http/input.ts';
import { acceptedBody, requestPath } from '../platform/http/request-answer.ts';
import type { ExpectationRead } from '../platform/read-models/expectation.ts';
import { withHead } from '../platform/read-models/expectation-body.ts';
import { findSettlement } from '../platform/read-models/settlement.ts';
import { findOrFile, type ExpectationParts } from './expectation.ts';
import { ageSeconds, freshness } from './freshness.ts';

const LONGEST_WAIT_SECONDS = 30;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Seconds after which a client asks again for a character that is being valued. */
const RETRY_AFTER_SECONDS = 2;

const expectationQuery = z.strictObject({
  wait: z.coerce.number().min(0).max(LONGEST_WAIT_SECONDS).default(0),
});

export interface ReadParts extends ExpectationParts {
  readonly store: Pick<EventStore, 'readLast'>;
}

/** The read side's HTTP endpoints. */
export function createReadRoutes(parts: ReadParts): Router {
  const router = Router();
  const expectation = ['/api/v4/characters/:name/expectation', '/api/v3/characters/:name/expectation'];
  router.get(expectation, (request, response) => answerExpectation(parts, request, response));
  const status = '/api/v4/requests/:id';
  router.get(status, (request, response) => answerRequest(parts, request, response));
  router.all([...expectation, status], methodNotAllowed('GET', 'HEAD'));
  return router;
}

async function answerExpectation(parts: ReadParts, request: Request, response: Response): Promise<void> {
  const query = parseInput(expectationQuery, request.query);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const found = await findOrFile(parts, {
    name: pathParameter(request, 'name'),
    waitSeconds: query.wait,
    correlationId: String(response.locals.correlationId),
    signal: gone.signal,
  });
  if (found.kind === 'stored') {
    await sendStored(parts, request, response, found.row);
    return;
  }
  response.status(202).set({
    Location: requestPath(found.requestId),
    'Retry-After': String(RETRY_AFTER_SECONDS),
    'Cache-Control': 'no-store',
  });
  response.json(acceptedBody(found, 'pending'));
}

async function sendStored(parts: ReadParts, request: Request, response: Response, row: ExpectationRead): Promise<void> {
  const now = parts.now();
  const state = freshness(row.asOf, now, { freshForSeconds: parts.freshForSeconds(), pending: row.pending });
  const encoding = preferredEncoding(request);
  response.set({
    'Content-Type': 'application/json; charset=utf-8',
    ETag: `"${row.etag}-${state}-${encoding}"`,
    // The answer's age counts from the snapshot: what is left of max-age is how long it stays fresh.
    'Cache-Control': `public, max-age=${parts.freshForSeconds()}`,
    Age: String(ageSeconds(row.asOf, now)),
    'X-Cache': 'db',
    'X-Freshness': state,
    Vary: 'Accept-Encoding',
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  // The stored bytes are the fresh answer: nothing is parsed or compressed for it.
  const ready = state === 'fresh' && encoding === 'br';
  response.end(ready ? row.body : await encode(withHead(await fromBrotli(row.body), state, row.asOf), encoding));
}

async function answerRequest(parts: ReadParts, request: Request, response: Response): Promise<void> {
  const id = pathParameter(request, 'id');
  const stored = UUID.test(id) ? await parts.store.readLast(requestStream(id)) : undefined;
  const event = stored === undefined ? undefined : readEvent(stored);
  if (stored === undefined || event?.type !== 'ValuationRequested') {
    throw new ProblemError('not-found', 'there is no request of this id', { field: 'id' });
  }
  const { requestId, characterKey, characterName } = event.data;
  const { position } = stored;
  const settlement = await parts.database.query((sql) => findSettlement(sql, characterKey, position));
  response.set('Cache-Control', 'no-store').json({
    ...acceptedBody({ requestId, position }, settlement?.outcome ?? 'pending'),
    characterName,
    acceptedAt: stored.metadata.occurredAt,
    settledAt: settlement?.settledAt.toISOString() ?? null,
    reason: settlement?.reason ?? null,
    links: { expectation: `/api/v4/characters/${encodeURIComponent(characterName)}/expectation` },
  });
}
