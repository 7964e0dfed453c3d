import { setTimeout } from 'node:timers/promises';
import type { Database } from '../platform/database.ts';
import type { Executor } from '../platform/execute.ts';
import type { Logger } from '../platform/logging.ts';
import type { Metrics } from '../platform/metrics.ts';
import { advanceCheckpoint, loadCheckpoint } from './checkpoints.ts';
import type { EventStore, LogSlice } from './event-store.ts';
import { applyOrPark, hasParked } from './parking.ts';
import type { Subscriber } from './subscriber.ts';

/** Runs `onLeader` while this process is the elected one for `key`; ends when `signal` aborts. */
export type Lead = (
  key: string,
  signal: AbortSignal,
  onLeader: (signal: AbortSignal) => Promise<void>,
) => Promise<void>;

export interface SubscriptionParts {
  readonly store: EventStore;
  readonly database: Database;
  readonly lead: Lead;
  readonly execute: Executor;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Pause after a failure of the store or the database before the log is followed again. */
const RESTART_PAUSE_MS = 500;
const BATCH_SIZE = 500;

/** Follows the log for a subscriber until `signal` aborts: elects one runner, rides out failures, resumes at the checkpoint. */
export async function runSubscription(
  subscriber: Subscriber,
  parts: SubscriptionParts,
  signal: AbortSignal,
): Promise<void> {
  await parts.lead(`subscription:${subscriber.name}`, signal, async (leading) => {
    while (!leading.aborted) {
      await parts.execute(`subscription ${subscriber.name}`, () => follow(subscriber, parts, leading), {
        orDefault: undefined,
      });
      await setTimeout(RESTART_PAUSE_MS, undefined, { signal: leading }).catch(() => undefined);
    }
  });
}

async function follow(subscriber: Subscriber, parts: SubscriptionParts, signal: AbortSignal): Promise<void> {
  const { name, types } = subscriber;
  const storeId = await parts.store.storeId();
  let after = await parts.database.query((sql) => loadCheckpoint(sql, name, storeId));
  parts.log.info({ subscription: name, after: String(after) }, 'following the log');
  await parts.store.subscribe({ after, types, batchSize: BATCH_SIZE, signal }, async (slice) => {
    await applySlice(subscriber, parts, { storeId, after, slice });
    after = slice.through;
    parts.metrics.checkpoint.set({ subscription: name }, Number(after));
  });
}

async function applySlice(
  subscriber: Subscriber,
  parts: SubscriptionParts,
  at: { storeId: string; after: LogSlice['through']; slice: LogSlice },
): Promise<void> {
  const { name } = subscriber;
  const { events, through } = at.slice;
  const move = { storeId: at.storeId, from: at.after, to: through };
  if (events.length === 0) {
    await parts.database.query((sql) => advanceCheckpoint(sql, name, move));
    return;
  }
  const applied = await parts.database.transaction(async (sql) => {
    // First, so that a second runner fails before it has applied anything, whatever the lock says. The question rides
    // along: it is answered once the checkpoint is locked.
    const [, someParked] = await Promise.all([advanceCheckpoint(sql, name, move), hasParked(sql, name)]);
    return await applyOrPark(subscriber, sql, { events, someParked });
  });
  const parked = events.length - applied.length;
  if (parked > 0) {
    parts.metrics.parkedEvents.inc({ subscription: name }, parked);
    parts.log.error(
      { subscription: name, parked },
      'events parked: they, or earlier ones of their key, could not be applied',
    );
  }
  const committed = subscriber.committed?.bind(subscriber);
  if (committed !== undefined && applied.length > 0) {
    await parts.execute(`after commit ${name}`, () => committed(applied), { orDefault: undefined });
  }
}
