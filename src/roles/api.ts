import type { Router } from 'express';
import { createAcceptRequest } from '../commands/requests/accept-request.ts';
import { createCommandRoutes } from '../commands/requests/routes.ts';
import { createGroupAppend } from '../event-store/group-append.ts';
import { openValuationPool } from '../platform/valuation-pool.ts';
import { createCharacterRoutes } from '../read-api/character-routes.ts';
import { createHistoryRoutes } from '../read-api/history-routes.ts';
import { createRequestRoutes } from '../read-api/request-routes.ts';
import { createExplorer } from '../read-api/what-if.ts';
import type { Parts } from './parts.ts';

/** The public endpoints: commands and reads. */
export async function startApiRole(parts: Parts): Promise<Router[]> {
  const { config, database, store, lifeline, valuationThread, now } = parts;
  const acceptRequest = createAcceptRequest({ store, append: createGroupAppend(store), now });
  const fileRequest = (wish: { characterName: string; correlationId: string }) =>
    acceptRequest({ ...wish, actor: 'reader' });
  const freshForSeconds = (): number => config.SNAPSHOT_FRESH_FOR_SECONDS;
  const threads = { threads: config.VALUATION_THREADS, thread: valuationThread };
  const pool = lifeline.add(await openValuationPool(threads), (it) => it.close());
  const explorer = createExplorer({ database, pool });
  return [
    createCommandRoutes({ acceptRequest, database }),
    createCharacterRoutes({ database, fileRequest, freshForSeconds, now, explorer }),
    createHistoryRoutes(database),
    createRequestRoutes({ store, database }),
  ];
}
