import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ProblemError } from '../domain/errors.ts';
import type { Database } from '../platform/database.ts';
import { methodNotAllowed, parseInput, pathParameter, positionText } from '../platform/http/input.ts';
import { findParkedRequest, listParkedRequests, type ParkedRequest } from '../platform/read-models/parked-request.ts';
import type { TokenHolder } from '../platform/tokens.ts';

/** Releases parked requests; given by the composition root. */
export type ReleaseParked = (release: {
  position: bigint;
  decision: 'retry' | 'ignore';
  by: string;
  correlationId: string;
}) => Promise<{ parked: ParkedRequest; position: bigint }>;

interface Parts {
  readonly database: Database;
  readonly releaseParked: ReleaseParked;
}

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
  after: positionText.default(0n),
});

const PATH = '/api/v4/admin/parked';

/** Parked requests: look at them, try them again, leave them. Behind the operators' token. */
export function createParkedRoutes(parts: Parts): Router {
  const router = Router();
  router.get(PATH, (request, response) => list(parts, request, response));
  router.get(`${PATH}/:position`, async (request, response) => {
    const position = positionOf(request);
    const found = await parts.database.query((sql) => findParkedRequest(sql, position));
    if (found === undefined)
      throw new ProblemError('not-found', `nothing is parked under ${position}`, { field: 'position' });
    response.set('Cache-Control', 'no-store').json(render(found));
  });
  for (const decision of ['retry', 'ignore'] as const) {
    router.post(`${PATH}/:position/${decision}`, (request, response) => release(parts, decision, request, response));
    router.all(`${PATH}/:position/${decision}`, methodNotAllowed('POST'));
  }
  router.all([PATH, `${PATH}/:position`], methodNotAllowed('GET', 'HEAD'));
  return router;
}

async function list({ database }: Parts, request: Request, response: Response): Promise<void> {
  const { limit, after } = parseInput(pageQuery, request.query);
  // One more than wanted tells whether there is another page.
  const found = await database.query((sql) => listParkedRequests(sql, { after, limit: limit + 1 }));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last !== undefined ? `${PATH}?limit=${limit}&after=${last.position}` : null;
  response.set('Cache-Control', 'no-store').json({ parked: page.map(render), next });
}

async function release(
  parts: Parts,
  decision: 'retry' | 'ignore',
  request: Request,
  response: Response,
): Promise<void> {
  const holder = response.locals.holder as TokenHolder;
  const { parked, position } = await parts.releaseParked({
    position: positionOf(request),
    decision,
    by: `${holder.name} (${holder.id})`,
    correlationId: String(response.locals.correlationId),
  });
  response.status(202).set('Cache-Control', 'no-store');
  response.json({ ...render(parked), decision, releasedAt: String(position) });
}

function positionOf(request: Request): bigint {
  return parseInput(z.object({ position: positionText }), { position: pathParameter(request, 'position') }).position;
}

function render({ position, parkedAt, ...parked }: ParkedRequest): object {
  return { position: String(position), ...parked, parkedAt: parkedAt.toISOString() };
}
