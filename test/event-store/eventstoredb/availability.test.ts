import { expect } from 'chai';
import { StoreUnavailableError } from '../../../src/event-store/errors.ts';
import { START } from '../../../src/event-store/event-store.ts';
import type { EventStore } from '../../../src/event-store/event-store.ts';
import { createEventStoreDbEventStore } from '../../../src/event-store/eventstoredb/event-store-db.ts';
import { newEvents } from '../../contract/fixtures.ts';
import { EventStoreDbServer } from '../../support/eventstoredb/server.ts';

const DEADLINE_MS = 300;

const calls: Record<string, (store: EventStore) => Promise<unknown>> = {
  storeId: (store) => store.storeId(),
  append: (store) => store.append('s', 'no-stream', newEvents(1)),
  readStream: (store) => store.readStream('s'),
  readLast: (store) => store.readLast('s'),
  readAll: (store) => store.readAll({ after: START, limit: 1 }),
  head: (store) => store.head(),
};

describe('EventStoreDB out of reach', () => {
  let server: EventStoreDbServer;
  let store: EventStore;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    store = createEventStoreDbEventStore({ connectionString: server.url, deadlineMs: DEADLINE_MS });
  });

  afterEach(async () => {
    await store.close();
    server.stop();
  });

  for (const [name, call] of Object.entries(calls)) {
    it(`${name} fails at once when nobody listens, and works again when somebody does`, async () => {
      server.stop();
      const began = performance.now();
      const [settled] = await Promise.allSettled([call(store)]);
      expect(settled).to.have.property('reason').that.is.instanceOf(StoreUnavailableError);
      expect(performance.now() - began).to.be.below(DEADLINE_MS);
      await server.listen();
      await call(store);
    });

    it(`${name} waits for an answer no longer than the deadline`, async () => {
      server.faults.silent = true;
      const began = performance.now();
      const [settled] = await Promise.allSettled([call(store)]);
      expect(settled).to.have.property('reason').that.is.instanceOf(StoreUnavailableError);
      expect(performance.now() - began).to.be.within(DEADLINE_MS - 5, DEADLINE_MS + 2_000);
    });
  }

  it('leaves no append open at the server past its deadline', async () => {
    server.faults.silent = true;
    await Promise.allSettled([store.append('s', 'no-stream', newEvents(1))]);
    server.faults.silent = false;
    while (server.count.appends > 0) await store.head();
  });

  it('appendMany fails entry by entry', async () => {
    server.stop();
    const outcomes = await store.appendMany([
      { stream: 'a', expectedRevision: 'no-stream', events: newEvents(1) },
      { stream: 'b', expectedRevision: 'no-stream', events: newEvents(1) },
    ]);
    for (const outcome of outcomes) expect(outcome).to.have.property('error').that.is.instanceOf(StoreUnavailableError);
  });

  it('a cluster without a node fails within the deadline, though the client searches on', async () => {
    server.stop();
    const search = 'maxDiscoverAttempts=8&discoveryInterval=300';
    const url = server.url.replace('?', `,127.0.0.1:1?${search}&`);
    const cluster = createEventStoreDbEventStore({ connectionString: url, deadlineMs: DEADLINE_MS });
    for (const call of [calls.append!, calls.head!]) {
      const began = performance.now();
      const [settled] = await Promise.allSettled([call(cluster)]);
      expect(settled).to.have.property('reason').that.is.instanceOf(StoreUnavailableError);
      // The client's own search takes 8 × 300 ms.
      expect(performance.now() - began).to.be.below(2_000);
    }
    await cluster.close();
  });
});
