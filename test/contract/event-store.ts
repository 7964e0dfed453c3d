import type { EventStore } from '../../src/event-store/event-store.ts';
import { describeAppending } from './appending.ts';
import { describeReading } from './reading.ts';
import { describeSubscribing } from './subscribing.ts';

/** One log of its own for the suite: the store under test and the way to throw it away. */
export interface EventStoreFixture {
  readonly store: EventStore;
  dispose(): Promise<void>;
}

/**
 * The promises of the event store's port, for any adapter. The factory is called once; the log may already hold events
 * of others, but nobody else writes to it meanwhile. Not promised: ids unique across streams, positions without gaps.
 */
export function describeEventStore(name: string, factory: () => Promise<EventStoreFixture>): void {
  describe(`event store: ${name}`, () => {
    let fixture: EventStoreFixture | undefined;

    before(async () => {
      fixture = await factory();
    });

    after(async () => {
      await fixture?.store.close();
      await fixture?.dispose();
    });

    const store = () => fixture!.store;
    describeAppending(store);
    describeReading(store);
    describeSubscribing(store);
  });
}
