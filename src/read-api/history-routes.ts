import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { characterKey, parseCharacterName } from '../domain/character/name.ts';
import { ProblemError } from '../domain/errors.ts';
import { ATTRIBUTION } from '../domain/valuation/render.ts';
import type { Reading } from '../platform/database.ts';
import { methodNotAllowed, parseInput, pathParameter, positionText } from '../platform/http/input.ts';
import { preflight } from '../platform/http/preflight.ts';
import { findCharacterFacts } from '../platform/read-models/character.ts';
import { listHistory, type HistoryPoint } from '../platform/read-models/expectation-history.ts';
import type { AtLeast } from './min-position.ts';
import { sendJson } from './send-json.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;
/** No position is larger: the newest page begins below it. */
const END_OF_LOG = 2n ** 63n - 1n;

const pageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `a whole number from 1 to ${LARGEST_LIMIT}`)
    .transform(Number)
    .pipe(z.number().min(1).max(LARGEST_LIMIT))
    .default(DEFAULT_LIMIT),
  before: positionText.default(END_OF_LOG),
});

interface HistoryParts {
  readonly database: Reading;
  readonly atLeast: AtLeast;
}

/** A character's value over time, newest first. */
export function createHistoryRoutes({ database, atLeast }: HistoryParts): Router {
  const router = Router();
  const path = '/api/v4/characters/:name/history';
  router.get(path, atLeast('expectation', 'expectation_history'), (request, response) =>
    answer(database, request, response),
  );
  router.options(path, preflight);
  router.all(path, methodNotAllowed('GET', 'HEAD'));
  return router;
}

/** A character that was never seen is `not-found`; one that was never valued has no points yet. */
async function answer(database: Reading, request: Request, response: Response): Promise<void> {
  const { limit, before } = parseInput(pageQuery, request.query);
  const name = parseCharacterName(pathParameter(request, 'name'));
  const character = await database.query((sql) => findCharacterFacts(sql, characterKey(name)));
  if (character === undefined) {
    throw new ProblemError('not-found', 'nothing is known of this character: ask for its expectation first', {
      field: 'characterName',
    });
  }
  // One more than wanted tells whether there is another page.
  const found = await database.query((sql) => listHistory(sql, { ocid: character.ocid, before, limit: limit + 1 }));
  const points = found.slice(0, limit);
  const last = points.at(-1);
  const more = found.length > limit && last !== undefined;
  const next = more ? `${pathOf(name)}?limit=${limit}&before=${last.position}` : null;
  const body = { character, points: points.map(renderPoint), next, attribution: ATTRIBUTION };
  await sendJson(request, response, { json: JSON.stringify(body), cacheControl: 'no-cache' });
}

function pathOf(name: string): string {
  return `/api/v4/characters/${encodeURIComponent(name)}/history`;
}

function renderPoint(point: HistoryPoint): object {
  const { position, calculatedAt, total, unsupportedComponents, fingerprint, ruleSet, engine } = point;
  return {
    position: String(position),
    calculatedAt: calculatedAt.toISOString(),
    total,
    unsupportedComponents,
    snapshotFingerprint: fingerprint,
    ruleSet,
    engine,
  };
}
