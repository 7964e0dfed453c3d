import { expect } from 'chai';
import { Bell } from '../../src/event-store/bell.ts';
import { StoreUnavailableError } from '../../src/event-store/errors.ts';
import type { EventStore, NewEvent, Position } from '../../src/event-store/event-store.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Database } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { ids, newEvents, Subscriber, unique } from '../contract/fixtures.ts';
import { until } from '../support/log-parts.ts';
import { testPostgres } from '../support/services.ts';
import type { TestServer } from '../support/services.ts';
import { silent } from '../support/silent-log.ts';

describe('postgres: lost connections', function () {
  this.timeout(60_000);
  let server: TestServer;
  let admin: Database;
  let database: Database;
  let store: EventStore;

  before(async () => {
    server = await testPostgres();
    await migrate(server.url, { log: silent });
    admin = openDatabase({ url: server.url, applicationName: 'admin', poolSize: 1 });
    database = openDatabase({ url: server.url, applicationName: 'store', poolSize: 8 });
    store = createPostgresEventStore({ database, url: server.url });
  });

  after(async () => {
    await store.close();
    await Promise.all([database.close(), admin.close()]);
    await server.stop();
  });

  /** Ends every connection of the store: its pool's and its wake-up's. */
  async function killBackends(): Promise<number> {
    const rows = await admin.query(
      (sql) => sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('store', 'pve-wake-up')`,
    );
    return rows.length;
  }

  /** Appends as a command does: what may not have happened is sent again as it is, until it is acknowledged. */
  async function insist(by: EventStore, stream: string, events: readonly NewEvent[]): Promise<Position> {
    for (;;) {
      const [settled] = await Promise.allSettled([by.append(stream, 'no-stream', events)]);
      if (settled.status === 'fulfilled') return settled.value.position;
      expect(settled.reason).to.be.instanceOf(StoreUnavailableError);
    }
  }

  /** Keeps eight writers, each a store and so a connection of its own, writing while `disturb` runs; gives all ids that were acknowledged. */
  async function writeThrough(disturb: (acknowledgedMore: (events: number) => Promise<void>) => Promise<void>) {
    const acknowledged: string[] = [];
    const grown = new Bell();
    let disturbing = true;
    const write = async () => {
      const own = createPostgresEventStore({ database });
      while (disturbing) {
        const events = newEvents(2);
        await insist(own, unique('through'), events);
        acknowledged.push(...ids(events));
        grown.ring();
      }
      await own.close();
    };
    const acknowledgedMore = async (events: number) => {
      for (const wanted = acknowledged.length + events; acknowledged.length < wanted;) await grown.rung();
    };
    const writers = Array.from({ length: 8 }, write);
    await disturb(acknowledgedMore).finally(() => (disturbing = false));
    await Promise.all(writers);
    return acknowledged;
  }

  async function expectNothingLost(after: Position, acknowledged: string[], subscriber: Subscriber): Promise<void> {
    await subscriber.reached(await insist(store, unique('end'), newEvents(1)));
    const stored = await admin.query(
      (sql) => sql<{ id: string }[]>`
      select id from events where position > ${after} order by position`,
    );
    expect(ids(subscriber.events)).to.deep.equal(ids(stored));
    expect(ids(stored)).to.include.members(acknowledged);
    await subscriber.stop();
  }

  it('go unnoticed by a subscription whose backends are killed again and again', async () => {
    const after = await store.head();
    const subscriber = new Subscriber(store, { after, batchSize: 20 });
    let killed = 0;
    const acknowledged = await writeThrough(async (acknowledgedMore) => {
      for (let round = 0; round < 6; round++) {
        await acknowledgedMore(20);
        killed += await killBackends();
      }
    });
    expect(killed).to.be.greaterThan(12);
    await expectNothingLost(after, acknowledged, subscriber);
  });

  it('go unnoticed by a subscription when the whole server is killed: acknowledged = stored = delivered', async () => {
    const after = await store.head();
    const subscriber = new Subscriber(store, { after });
    const acknowledged = await writeThrough(async (acknowledgedMore) => {
      for (let round = 0; round < 2; round++) {
        await acknowledgedMore(40);
        const killed = server.pid();
        server.kill();
        await until(
          () => Promise.resolve(server.pid()),
          (pid) => pid !== killed,
        );
        await acknowledgedMore(40);
      }
    });
    await expectNothingLost(after, acknowledged, subscriber);
  });

  it('are told to the caller as a store that is not available', async () => {
    const elsewhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', applicationName: 'none', poolSize: 1 });
    const unreachable = createPostgresEventStore({ database: elsewhere });
    const calls = [
      () => unreachable.append(unique('lost'), 'no-stream', newEvents(1)),
      () => unreachable.readStream(unique('lost')),
      () => unreachable.head(),
      () => unreachable.storeId(),
    ];
    for (const call of calls) {
      const [settled] = await Promise.allSettled([call()]);
      expect(settled).to.have.property('reason').that.is.instanceOf(StoreUnavailableError);
    }
    const [outcome] = await unreachable.appendMany([
      { stream: unique('lost'), expectedRevision: 'no-stream', events: newEvents(1) },
    ]);
    expect(outcome).to.have.property('error').that.is.instanceOf(StoreUnavailableError);
    await elsewhere.close();
  });

  it('do not stop a subscription from ending when it is aborted', async () => {
    const elsewhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', applicationName: 'none', poolSize: 1 });
    const unreachable = createPostgresEventStore({ database: elsewhere });
    const abort = new AbortController();
    const subscription = unreachable.subscribe({ after: 0n as Position, signal: abort.signal }, () => expect.fail());
    await unreachable.head().catch(() => undefined);
    abort.abort();
    await subscription;
    await elsewhere.close();
  });
});
