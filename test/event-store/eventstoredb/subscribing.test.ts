import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { START } from '../../../src/event-store/event-store.ts';
import type { EventStore, Position, SubscribeOptions } from '../../../src/event-store/event-store.ts';
import { createEventStoreDbEventStore } from '../../../src/event-store/eventstoredb/event-store-db.ts';
import { ids, newEvent, newEvents, Subscriber } from '../../contract/fixtures.ts';
import { EventStoreDbServer } from '../../support/eventstoredb/server.ts';

const DEADLINE_MS = 2_000;

/** An event that somebody else keeps in the same database. */
function neighbourly() {
  const bytes = new TextEncoder().encode('{"user":"ouro"}');
  return { id: randomUUID(), type: 'Moved', contentType: 'application/json', data: bytes, customMetadata: bytes };
}

describe('subscribing to EventStoreDB', () => {
  let server: EventStoreDbServer;
  let store: EventStore;
  let subscribers: Subscriber[] = [];

  function subscribe(options: Omit<SubscribeOptions, 'signal'>): Subscriber {
    const subscriber = new Subscriber(store, options);
    subscribers.push(subscriber);
    return subscriber;
  }

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    store = createEventStoreDbEventStore({ connectionString: server.url, deadlineMs: DEADLINE_MS });
  });

  afterEach(async () => {
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    subscribers = [];
    await store.close();
    server.stop();
  });

  it('goes on without loss or duplicate when the connection breaks in the middle of it', async () => {
    const events = newEvents(1_200);
    const { position: middle } = await store.append('old', 'no-stream', events.slice(0, 600));
    const subscriber = subscribe({ after: START, batchSize: 100 });
    await subscriber.reached(server.log.records[200]!.position as Position);
    await server.dropConnections();
    await subscriber.reached(middle);
    let revision = 599;
    for (let sent = 600; sent < events.length; sent += 100) {
      if (sent % 300 === 0) await server.dropConnections();
      const part = events.slice(sent, sent + 100);
      const { position } = await appendAgain(revision, part);
      revision += part.length;
      if (sent % 500 === 0) await subscriber.reached(position);
    }
    await subscriber.reached(await store.head());
    expect(ids(subscriber.events)).to.deep.equal(ids(events));
  });

  /** Repeats an append whose outcome is unknown, as the port asks. */
  async function appendAgain(revision: number, events: ReturnType<typeof newEvents>): Promise<{ position: Position }> {
    for (;;) {
      const [settled] = await Promise.allSettled([store.append('old', revision, events)]);
      if (settled.status === 'fulfilled') return settled.value;
      expect(settled.reason).to.have.property('name', 'StoreUnavailableError');
    }
  }

  it('rides out a server that is gone for a while', async () => {
    const subscriber = subscribe({ after: START });
    const [before, after] = [newEvents(5), newEvents(5)];
    await subscriber.reached((await store.append('s', 'no-stream', before)).position);
    server.stop();
    const [refused] = await Promise.allSettled([store.head()]);
    expect(refused.status).to.equal('rejected');
    await server.listen();
    await subscriber.reached((await store.append('s', 4, after)).position);
    expect(ids(subscriber.events)).to.deep.equal(ids([...before, ...after]));
  });

  it('begins while the server is not there yet', async () => {
    server.stop();
    const subscriber = subscribe({ after: START });
    await server.listen();
    const events = newEvents(2);
    await subscriber.reached((await store.append('s', 'no-stream', events)).position);
    expect(ids(subscriber.events)).to.deep.equal(ids(events));
  });

  it('ends with the refusal when it may not begin where it is told to', async () => {
    await store.append('s', 'no-stream', newEvents(3));
    const after = (server.log.records[2]!.position + 1n) as Position;
    const [settled] = await Promise.allSettled([subscribe({ after }).done]);
    subscribers = [];
    expect(settled).to.have.property('reason').with.property('message').that.includes('invalid position');
  });

  it('leaves out the events of the server and of neighbours, and moves `through` over them', async () => {
    const events = newEvents(3);
    for (const [i, event] of events.entries()) {
      server.log.writeSystemEvent('$stats-127.0.0.1:2113', '$statsCollected');
      server.log.writeSystemEvent('$$s', 'UserTypeInSystemStream');
      server.log.append('neighbour', 'any', [neighbourly()]);
      await store.append('s', i - 1 < 0 ? 'no-stream' : i - 1, [event]);
    }
    server.log.writeSystemEvent('$scavenges', '$scavengeCompleted');
    const last = server.log.records.at(-1)!.position;
    expect(await store.head()).to.equal(last);
    const slice = await store.readAll({ after: START, limit: 100 });
    expect({ ...slice, events: ids(slice.events) }).to.deep.equal({ events: ids(events), through: last });
    const subscriber = subscribe({ after: START });
    await subscriber.reached(last as Position);
    expect(ids(subscriber.events)).to.deep.equal(ids(events));
  });

  it('looks for itself when a subscription falls silent, and passes on once what then comes twice', async () => {
    const subscriber = subscribe({ after: START });
    const events = newEvents(5);
    await subscriber.reached((await store.append('s', 'no-stream', events.slice(0, 1))).position);
    server.faults.subscriptionsLag = true;
    await subscriber.reached((await store.append('s', 0, events.slice(1, 4))).position);
    server.faults.subscriptionsLag = false;
    await subscriber.reached((await store.append('s', 3, events.slice(4))).position);
    await store.append('s', 4, newEvents(1));
    await subscriber.reached(await store.head());
    expect(server.count.toSubscribers).to.equal(6);
    expect(ids(subscriber.events.slice(0, 5))).to.deep.equal(ids(events));
    expect(subscriber.events).to.have.length(6);
  });

  it('reads ahead a bounded number of events while the subscriber is busy', async () => {
    const total = 1_500;
    const text = 'x'.repeat(4_000);
    await store.append(
      's',
      'no-stream',
      Array.from({ length: total }, (_, n) => newEvent('Large', { n, text })),
    );
    const abort = new AbortController();
    let seen = 0;
    let ahead = 0;
    await store.subscribe({ after: START, batchSize: 10, signal: abort.signal }, async ({ events }) => {
      // The first slice is held while the whole log is read beside it: time enough to send everything, were it asked for.
      if (seen === 0) {
        await store.readAll({ after: START, limit: total });
        ahead = server.count.toSubscribers - events.length;
      }
      seen += events.length;
      if (seen === total) abort.abort();
    });
    expect(seen).to.equal(total);
    expect(ahead).to.be.below(total / 10);
  });

  it('moves over a long stretch without a match by the word of the server', async () => {
    const append = (slice: number) => store.append('s', slice === 0 ? 'no-stream' : slice * 500 - 1, newEvents(500));
    for (let slice = 0; slice < 9; slice++) await append(slice);
    const { position } = await append(9);
    const subscriber = subscribe({ after: START, types: ['Never'] });
    await subscriber.reached(position);
    expect(subscriber.events).to.be.empty;
    expect(server.count.toReaders).to.be.below(1_000);
  });

  it('loses no event to a checkpoint that is ahead of the log', async () => {
    await store.append('s', 'no-stream', newEvents(10));
    server.faults.checkpointAhead = true;
    const subscriber = subscribe({ after: START });
    await subscriber.reached(await store.head());
    const next = newEvents(2);
    const { position } = await store.append('s', 9, next);
    await subscriber.reached(position);
    expect(ids(subscriber.events.slice(10))).to.deep.equal(ids(next));
    await subscriber.stop();

    const resumed = subscribe({ after: subscriber.through! });
    const last = newEvents(1);
    await resumed.reached((await store.append('s', 11, last)).position);
    expect(ids(resumed.events)).to.deep.equal(ids(last));
  });

  it('leaves no call open at the server when it ends', async () => {
    const subscriber = subscribe({ after: START });
    await subscriber.reached((await store.append('s', 'no-stream', newEvents(1))).position);
    expect(server.count.subscriptions).to.equal(1);
    await subscriber.stop();
    while (server.count.subscriptions > 0) await store.head();
  });

  it('ends at once when aborted, also while the server leaves it without an answer', async () => {
    const subscriber = subscribe({ after: START });
    await subscriber.reached((await store.append('s', 'no-stream', newEvents(1))).position);
    server.faults.silent = true;
    while (server.count.unanswered === 0) await setImmediate();
    const began = performance.now();
    await subscriber.stop();
    expect(performance.now() - began).to.be.below(DEADLINE_MS / 2);
  });

  it('ends its subscriptions when it is closed', async () => {
    const subscriber = subscribe({ after: START });
    await subscriber.reached((await store.append('s', 'no-stream', newEvents(1))).position);
    await store.close();
    await subscriber.done;
  });
});
