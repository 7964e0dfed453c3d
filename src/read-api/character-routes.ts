import { Router, type Request, type Response } from 'express';
import type { Snapshot } from '../domain/character/snapshot.ts';
import type { ClientOf } from '../platform/http/client.ts';
import { preferredEncoding } from '../platform/http/encoding.ts';
import { jsonBody, methodNotAllowed, pathParameter } from '../platform/http/input.ts';
import { preflight } from '../platform/http/preflight.ts';
import { acceptedBody, requestPath } from '../platform/http/request-answer.ts';
import { whenClosed } from '../platform/when-gone.ts';
import { readCharacterQuery } from './character-query.ts';
import { findOrFile, type ExpectationParts, type Found } from './expectation.ts';
import type { HotLane } from './hot-lane.ts';
import type { AtLeast } from './min-position.ts';
import { findPast, sendPast, type PastParts } from './past-answer.ts';
import { sendStored, type SendParts } from './send-stored.ts';
import { findStoredSnapshot, type WhatIf } from './what-if.ts';

/** Seconds after which a client asks again for a character that is being valued. */
const RETRY_AFTER_SECONDS = 2;

export interface CharacterParts extends ExpectationParts, SendParts, PastParts {
  readonly clientOf: ClientOf;
  readonly lane: Pick<HotLane, 'learn'>;
  readonly atLeast: AtLeast;
}

const CHARACTER = '/api/v4/characters/:name';
/** The route of the main question. */
export const EXPECTATION_PATH = `${CHARACTER}/expectation`;

/** Questions about a character, and about one item given by hand. */
export function createCharacterRoutes(parts: CharacterParts): Router {
  const router = Router();
  const expectation = [EXPECTATION_PATH, '/api/v3/characters/:name/expectation'];
  const [distribution, plan, equipment] = [`${CHARACTER}/distribution`, `${CHARACTER}/plan`, `${CHARACTER}/equipment`];
  const estimates = '/api/v4/estimates';
  const reads = [...expectation, distribution, plan, equipment];
  router.get(reads, parts.atLeast('expectation', 'settlement', 'backlog'));
  router.get(expectation, (request, response) => answer(parts, 'valuation', request, response));
  router.get(distribution, (request, response) => answer(parts, 'chances', request, response));
  router.get(plan, (request, response) => answer(parts, 'plan', request, response));
  router.get(equipment, (request, response) => answerEquipment(parts, request, response));
  router.post(estimates, ...jsonBody, async (request, response) => {
    response.type('json').end(await parts.explorer.estimate(request.body));
  });
  router.options(reads, preflight);
  router.all(reads, methodNotAllowed('GET', 'HEAD'));
  router.all(estimates, methodNotAllowed('POST'));
  return router;
}

async function answer(
  parts: CharacterParts,
  kind: WhatIf['kind'],
  request: Request,
  response: Response,
): Promise<void> {
  const { waitSeconds, at, whatIf } = readCharacterQuery(kind, request.query, parts.now());
  if (at !== undefined) {
    await sendPast(parts, request, response, { at, whatIf });
    return;
  }
  const found = await find(parts, request, response, waitSeconds);
  if (found.kind === 'pending') {
    sendPending(response, found);
    return;
  }
  const { row } = found.entry;
  const other =
    whatIf === undefined ? {} : { other: { asOf: row.asOf, ...(await parts.explorer.explore(row, whatIf)) } };
  const receiver = {
    response,
    encoding: preferredEncoding(request),
    ifNoneMatch: request.get('if-none-match'),
    cacheControl: request.get('cache-control'),
  };
  await sendStored(parts, receiver, { ...found, ...other, at: parts.now().getTime() });
  if (request.originalUrl === request.path) parts.lane.learn(request, row.characterKey);
}

async function answerEquipment(parts: CharacterParts, request: Request, response: Response): Promise<void> {
  const { waitSeconds, at } = readCharacterQuery('valuation', request.query, parts.now());
  if (at !== undefined) {
    sendEquipment(response, (await findPast(parts, request, at)).snapshot);
    return;
  }
  const found = await find(parts, request, response, waitSeconds);
  if (found.kind === 'pending') {
    sendPending(response, found);
    return;
  }
  sendEquipment(response, await findStoredSnapshot(parts.database, found.entry.row.ocid));
}

function sendEquipment(response: Response, snapshot: Snapshot): void {
  const { character, fingerprint, fetchedAt, equipment } = snapshot;
  response
    .set('Cache-Control', 'no-cache')
    .json({ character, asOf: fetchedAt, snapshotFingerprint: fingerprint, equipment });
}

async function find(parts: CharacterParts, request: Request, response: Response, waitSeconds: number): Promise<Found> {
  const correlationId = String(response.locals.correlationId);
  return await findOrFile(parts, {
    name: pathParameter(request, 'name'),
    waitSeconds,
    correlationId,
    client: parts.clientOf(request),
    whenGone: whenClosed(response),
    reload: response.locals.minPosition !== undefined,
  });
}

function sendPending(response: Response, request: Extract<Found, { kind: 'pending' }>): void {
  response.status(202).set({
    ...(request.requestId === null ? {} : { Location: requestPath(request.requestId) }),
    'Retry-After': String(RETRY_AFTER_SECONDS),
    'Cache-Control': 'no-store',
  });
  response.json(acceptedBody(request, 'pending'));
}
