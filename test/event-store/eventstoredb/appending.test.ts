import { expect } from 'chai';
import { StoreUnavailableError } from '../../../src/event-store/errors.ts';
import { START } from '../../../src/event-store/event-store.ts';
import type { EventStore, Position } from '../../../src/event-store/event-store.ts';
import { createEventStoreDbEventStore } from '../../../src/event-store/eventstoredb/event-store-db.ts';
import { newEvents } from '../../contract/fixtures.ts';
import { EventStoreDbServer } from '../../support/eventstoredb/server.ts';

describe('appending to EventStoreDB', () => {
  let server: EventStoreDbServer;
  const stores: EventStore[] = [];

  /** A store of its own connection and knowledge, like one of another process. */
  function connect(): EventStore {
    const store = createEventStoreDbEventStore({ connectionString: server.url });
    stores.push(store);
    return store;
  }

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
  });

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    server.stop();
  });

  it('reads its own event back when the answer has no position', async () => {
    const store = connect();
    server.faults.withholdPositions = true;
    const events = newEvents(3);
    const first = await store.append('s', 'no-stream', events);
    expect(first).to.deep.equal({ position: server.log.records.at(-1)?.position, revision: 2, idempotent: false });
    await store.append('s', 2, newEvents(1));
    expect(await store.append('s', 'no-stream', events)).to.deep.equal({ ...first, idempotent: true });
  });

  it('leaves the outcome open when the answer is lost, and stores nothing twice when repeated', async () => {
    const store = connect();
    const events = newEvents(2);
    server.faults.loseNextAnswer = true;
    const [lost] = await Promise.allSettled([store.append('s', 'no-stream', events)]);
    expect(lost).to.have.property('reason').that.is.instanceOf(StoreUnavailableError);
    const repeated = await store.append('s', 'no-stream', events);
    expect(repeated).to.include({ position: server.log.records.at(-1)?.position, revision: 1 });
    expect(server.log.stream('s')).to.have.length(2);
  });

  it('knows a repeated append by a position it has seen taken, and by nothing else', async () => {
    const events = newEvents(2);
    const first = await connect().append('s', 'no-stream', events);
    const [blind, seeing] = [connect(), connect()];
    expect(await blind.append('s', 'no-stream', events)).to.deep.equal({ ...first, idempotent: false });
    await seeing.head();
    expect(await seeing.append('s', 'no-stream', events)).to.deep.equal({ ...first, idempotent: true });
  });

  it('does not take a position for taken because a caller named it', async () => {
    const store = connect();
    await store.readAll({ after: server.log.end as Position, limit: 10 });
    expect(await store.append('s', 'no-stream', newEvents(1))).to.include({ idempotent: false });
  });

  it('gives the log one identity, which no reader takes for an event', async () => {
    const ids = await Promise.all([connect(), connect(), connect()].map((store) => store.storeId()));
    expect(new Set(ids).size).to.equal(1);
    await server.dropConnections();
    expect(await connect().storeId()).to.equal(ids[0]);
    expect(await connect().readAll({ after: START, limit: 10 })).to.have.property('events').that.is.empty;
  });
});
