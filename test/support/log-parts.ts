import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/event-store/event-store.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import type { Lead, SubscriptionParts } from '../../src/event-store/subscription.ts';
import { holdLeadership } from '../../src/platform/advisory-lock.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createExecutor } from '../../src/platform/execute.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { testDatabase } from './services.ts';
import { silent } from './silent-log.ts';

/** A log in a database of its own, with what subscriptions need. */
export interface LogParts extends SubscriptionParts {
  readonly url: string;
  close(): Promise<void>;
}

export async function logParts(): Promise<LogParts> {
  const test = await testDatabase();
  const { url } = test;
  const database = openDatabase({ url, applicationName: 'test', poolSize: 5, noticeNesting: true });
  const store = createPostgresEventStore({ database, url });
  const metrics = createMetrics();
  const lead: Lead = (key, signal, onLeader) => holdLeadership({ url, key, signal, onLeader, log: silent });
  const close = async (): Promise<void> => {
    await store.close();
    await database.close();
    await test.drop();
  };
  return { url, store, database, lead, metrics, execute: createExecutor(silent, metrics), log: silent, close };
}

/** An event of this type; `data` where it matters. */
export function eventOf(type: string, data: unknown = {}): NewEvent {
  const occurredAt = '2026-11-22T00:00:00.000Z';
  const metadata = { correlationId: 'test', causationId: null, actor: 'test', occurredAt };
  return { id: randomUUID(), type, schemaVersion: 1, data, metadata };
}

/** Asks until the answer holds; the test's timeout is the bound. */
export async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
