import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ProblemError } from '../domain/errors.ts';
import type { Database } from '../platform/database.ts';
import { methodNotAllowed, parseInput, pathParameter, positionText } from '../platform/http/input.ts';
import { findReplay, listReplays, type ReplayRow } from '../platform/read-models/replay.ts';
import type { TokenHolder } from '../platform/tokens.ts';

/** Tells a run something; given by the composition root. Answers where the run stands then. */
export type ControlReplay = (command: {
  id: string;
  verb: 'pause' | 'resume' | 'cancel';
  by: string;
}) => Promise<{ status: string }>;

interface Parts {
  readonly database: Database;
  readonly controlReplay: ControlReplay;
}

const PATH = '/api/v4/admin/replays';
const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;
const END_OF_LOG = 2n ** 63n - 1n;

const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
  before: positionText.default(END_OF_LOG),
});

/** Replay runs: look at them, pause, resume, cancel. Behind the operators' token. */
export function createReplayRoutes(parts: Parts): Router {
  const router = Router();
  router.get(PATH, (request, response) => list(parts, request, response));
  router.get(`${PATH}/:id`, async (request, response) => {
    const id = idOf(request);
    const found = await parts.database.query((sql) => findReplay(sql, id));
    if (found === undefined) throw new ProblemError('not-found', `there is no replay ${id}`, { field: 'id' });
    response.set('Cache-Control', 'no-store').json(render(found));
  });
  for (const verb of ['pause', 'resume', 'cancel'] as const) {
    router.post(`${PATH}/:id/${verb}`, async (request, response) => {
      const { name, id: token } = response.locals.holder as TokenHolder;
      const id = idOf(request);
      const { status } = await parts.controlReplay({ id, verb, by: `${name} (${token})` });
      response.status(202).set('Cache-Control', 'no-store').json({ id, status });
    });
    router.all(`${PATH}/:id/${verb}`, methodNotAllowed('POST'));
  }
  router.all([PATH, `${PATH}/:id`], methodNotAllowed('GET', 'HEAD'));
  return router;
}

async function list({ database }: Parts, request: Request, response: Response): Promise<void> {
  const { limit, before } = parseInput(pageQuery, request.query);
  // One more than wanted tells whether there is another page.
  const found = await database.query((sql) => listReplays(sql, { before, limit: limit + 1 }));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last !== undefined ? `${PATH}?limit=${limit}&before=${last.position}` : null;
  response.set('Cache-Control', 'no-store').json({ replays: page.map(render), next });
}

function idOf(request: Request): string {
  return parseInput(z.object({ id: z.uuid() }), { id: pathParameter(request, 'id') }).id;
}

function render({ id, position, plan, state, reconciliation, plannedAt, changedAt, coordinated }: ReplayRow): object {
  const { status, pausedFor, poisonBudget, progress } = state;
  const { scope, planHash, characters, upstreamCalls, by } = plan;
  return {
    ...{ id, position: String(position), status, pausedFor, coordinated, by, planHash, scope },
    ...{ characters, upstreamCalls, poisonBudget, progress, reconciliation },
    ...{ plannedAt: plannedAt.toISOString(), changedAt: changedAt.toISOString() },
  };
}
