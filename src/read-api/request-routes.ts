import { Router, type Request, type Response } from 'express';
import { ProblemError } from '../domain/errors.ts';
import { readEvent } from '../domain/events.ts';
import { GAME_API, outageOpen, outageStream } from '../domain/upstream/outage.ts';
import { requestStream } from '../domain/valuation-request/request.ts';
import type { EventStore } from '../event-store/event-store.ts';
import type { Reading } from '../platform/database.ts';
import { methodNotAllowed, pathParameter } from '../platform/http/input.ts';
import { preflight } from '../platform/http/preflight.ts';
import { acceptedBody, requestPath } from '../platform/http/request-answer.ts';
import { findSettlement } from '../platform/read-models/settlement.ts';
import type { AtLeast } from './min-position.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Parts {
  readonly store: Pick<EventStore, 'readLast'>;
  readonly database: Reading;
  readonly atLeast: AtLeast;
  /** Whether a request that the log does not have may have been accepted while the log was away. */
  readonly mayBeSpooled: () => Promise<boolean>;
}

/** Where a request stands. */
export function createRequestRoutes(parts: Parts): Router {
  const router = Router();
  const path = requestPath(':id');
  router.get(path, parts.atLeast('settlement'), (request, response) => answer(parts, request, response));
  router.options(path, preflight);
  router.all(path, methodNotAllowed('GET', 'HEAD'));
  return router;
}

async function answer(parts: Parts, request: Request, response: Response): Promise<void> {
  const id = pathParameter(request, 'id');
  const stored = UUID.test(id) ? await parts.store.readLast(requestStream(id)) : undefined;
  const event = stored === undefined ? undefined : readEvent(stored);
  if (stored === undefined || event?.type !== 'ValuationRequested') {
    if (await parts.mayBeSpooled())
      throw new ProblemError('unavailable', 'accepted requests are on their way to the log');
    throw new ProblemError('not-found', 'there is no request of this id', { field: 'id' });
  }
  const { requestId, characterKey, characterName } = event.data;
  const { position } = stored;
  const settlement = await parts.database.query((sql) => findSettlement(sql, characterKey, position));
  const status = settlement?.outcome ?? ((await upstreamIsOut(parts)) ? 'deferred' : 'pending');
  response.set('Cache-Control', 'no-store').json({
    ...acceptedBody({ requestId, position }, status),
    characterName,
    acceptedAt: stored.metadata.occurredAt,
    settledAt: settlement?.settledAt.toISOString() ?? null,
    reason: settlement?.reason ?? null,
    links: { expectation: `/api/v4/characters/${encodeURIComponent(characterName)}/expectation` },
  });
}

async function upstreamIsOut({ store }: Parts): Promise<boolean> {
  return outageOpen(await store.readLast(outageStream(GAME_API)));
}
