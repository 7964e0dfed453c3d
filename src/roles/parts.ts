import type { EventStore } from '../event-store/event-store.ts';
import type { Subscriber } from '../event-store/subscriber.ts';
import { runSubscription, type Lead } from '../event-store/subscription.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { Executor } from '../platform/execute.ts';
import type { Lifeline } from '../platform/lifeline.ts';
import type { Logger } from '../platform/logging.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ValuationQueue } from '../platform/queue.ts';

/** What every role is built from. */
export interface Parts {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly execute: Executor;
  readonly databaseUrl: string;
  readonly database: Database;
  readonly store: EventStore;
  readonly queue: ValuationQueue;
  readonly lead: Lead;
  readonly lifeline: Lifeline;
  /** The code of the valuation threads where it is not the compiled one: tests run the sources. */
  readonly valuationThread: URL | undefined;
  readonly now: () => Date;
}

/** Follows the log for a subscriber until the end of the application. */
export function follow(parts: Parts, subscriber: Subscriber): void {
  inBackground(parts, `subscription ${subscriber.name}`, (signal) => runSubscription(subscriber, parts, signal));
}

/** Runs work until the end of the application, which waits for it. */
export function inBackground(parts: Parts, name: string, work: (signal: AbortSignal) => Promise<void>): void {
  const end = new AbortController();
  const done = parts.execute(name, () => work(end.signal), { orDefault: undefined });
  parts.lifeline.add('followers', end, async () => {
    end.abort();
    await done;
  });
}
