import { Router } from 'express';
import { listCheckpoints } from '../event-store/checkpoints.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { countParked } from '../event-store/parked-keys.ts';
import type { Database } from '../platform/database.ts';
import { requireToken } from '../platform/http/authenticate.ts';
import { createParkedRoutes, type ReleaseParked } from './parked-routes.ts';
import { createReplayRoutes, type ControlReplay } from './replay-routes.ts';

interface Parts {
  readonly database: Database;
  readonly store: Pick<EventStore, 'head'>;
  readonly releaseParked: ReleaseParked;
  readonly controlReplay: ControlReplay;
}

/** The operators' endpoints: every one needs a token, and uses the operators' own pool. */
export function createAdminRoutes(parts: Parts): Router {
  const router = Router();
  router.use('/api/v4/admin', requireToken(parts.database, 'operator'));
  router.get('/api/v4/admin/projections', async (_request, response) => {
    const [head, checkpoints, parked] = await Promise.all([
      parts.store.head(),
      parts.database.query(listCheckpoints),
      parts.database.query(countParked),
    ]);
    response.set('Cache-Control', 'no-store').json({
      head: String(head),
      projections: checkpoints.map(({ name, position, updated_at }) => ({
        name,
        position: String(position),
        behind: String(head - position),
        parked: parked.get(name) ?? 0,
        updatedAt: updated_at.toISOString(),
      })),
    });
  });
  router.use(createParkedRoutes(parts));
  router.use(createReplayRoutes(parts));
  return router;
}
