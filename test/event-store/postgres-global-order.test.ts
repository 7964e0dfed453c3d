import { expect } from 'chai';
import type { EventStore, Position } from '../../src/event-store/event-store.ts';
import { ids, newEvents, Subscriber, unique } from '../contract/fixtures.ts';
import { appendAndHold, appendInTransaction, openPostgresLog, readNaively } from './postgres-fixture.ts';
import type { PostgresLog } from './postgres-fixture.ts';

describe('postgres: global order without loss', () => {
  let log: PostgresLog;
  let store: EventStore;
  let subscribers: Subscriber[];

  beforeEach(async () => {
    log = await openPostgresLog();
    store = log.openStore();
    subscribers = [];
  });

  afterEach(async () => {
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
    await log.dispose();
  });

  function follow(of: EventStore, after: Position, types?: readonly string[]): Subscriber {
    const subscriber = new Subscriber(of, { after, ...(types && { types }) });
    subscribers.push(subscriber);
    return subscriber;
  }

  it('waits for a late commit that a reader behind the last position loses', async () => {
    const after = await store.head();
    const late = await appendAndHold(log.database, unique('late'), newEvents(1));
    const early = await store.append(unique('early'), 'no-stream', newEvents(1));
    expect(early.position > late.position).to.equal(true);

    const [naive] = await readNaively(log.database, after);
    expect(naive?.position).to.equal(early.position);
    expect(await store.readAll({ after, limit: 10 })).to.deep.equal({ events: [], through: after });

    const subscriber = follow(store, after);
    await late.commit();
    await subscriber.reached(early.position);
    expect(subscriber.events.map((event) => event.position)).to.deep.equal([late.position, early.position]);
    // The control: the naive reader goes on behind what it saw, and the late event is lost to it for good.
    expect(await readNaively(log.database, naive!.position)).to.deep.equal([]);
  });

  it('steps over the positions of a transaction that was rolled back', async () => {
    const after = await store.head();
    const burnt = await appendAndHold(log.database, unique('burnt'), newEvents(3));
    const { position } = await store.append(unique('kept'), 'no-stream', newEvents(1));
    expect(await store.head()).to.equal(after);
    await burnt.rollBack();
    expect(await store.head()).to.equal(position);
    expect((await store.readAll({ after, limit: 10 })).events.map((event) => event.position)).to.deep.equal([position]);
  });

  it('steps over the positions of a writer whose backend was killed', async () => {
    const after = await store.head();
    const killed = await appendAndHold(log.database, unique('killed'), newEvents(2));
    const subscriber = follow(store, after);
    const { position } = await store.append(unique('kept'), 'no-stream', newEvents(1));
    await log.database.query((sql) => sql`select pg_terminate_backend(${killed.pid})`);
    const [ended] = await Promise.allSettled([killed.ended]);
    expect(ended.status).to.equal('rejected');
    await subscriber.reached(position);
    expect(subscriber.events.map((event) => event.position)).to.deep.equal([position]);
  });

  it('waits at a gap for the transactions of that moment only: a later one that stays open delays nobody', async () => {
    const after = await store.head();
    const gap = await appendAndHold(log.database, unique('gap'), newEvents(1));
    const below = await store.append(unique('below'), 'no-stream', newEvents(1));
    expect(await store.head()).to.equal(after);
    const stays = await appendAndHold(log.database, unique('stays'), newEvents(1));
    const above = await store.append(unique('above'), 'no-stream', newEvents(1));
    await gap.rollBack();

    expect(await store.head()).to.equal(below.position);
    const subscriber = follow(store, after);
    await subscriber.reached(below.position);
    expect(subscriber.through).to.equal(below.position);

    await stays.commit();
    await subscriber.reached(above.position);
    const positions = [below.position, stays.position, above.position];
    expect(subscriber.events.map((event) => event.position)).to.deep.equal(positions);
  });

  it('lets a transaction that stays open hold back what follows it, and nothing before it', async () => {
    const after = await store.head();
    const before = await store.append(unique('before'), 'no-stream', newEvents(5));
    const stays = await appendAndHold(log.database, unique('stays'), newEvents(1));
    const subscriber = follow(store, after);
    let last = before.position;
    for (let i = 0; i < 100; i++) last = (await store.append(unique('after'), 'no-stream', newEvents(1))).position;
    await subscriber.reached(before.position);
    expect(await store.head()).to.equal(before.position);
    expect(subscriber.events).to.have.length(5);
    await stays.commit();
    await subscriber.reached(last);
    expect(subscriber.events).to.have.length(106);
  });

  it('sees a stream as it is, beyond the safe head too', async () => {
    const stays = await appendAndHold(log.database, unique('stays'), newEvents(1));
    const stream = unique('decided');
    const events = newEvents(2);
    await store.append(stream, 'no-stream', events);
    expect(ids(await store.readStream(stream))).to.deep.equal(ids(events));
    await stays.rollBack();
  });

  it('loses, repeats and reorders nothing: 24 writers, 12,000 events, late commits, rollbacks, killed backends', async function () {
    this.timeout(60_000);
    const after = await store.head();
    const [first, second, third] = [
      follow(store, after),
      follow(log.openStore(), after),
      follow(store, after, ['Odd']),
    ];
    const counts = await writeWildly(log);
    const end = (await store.append(unique('end'), 'no-stream', newEvents(1, 'Odd'))).position;
    for (const subscriber of subscribers) await subscriber.reached(end);

    const rows = await log.database.query(
      (sql) => sql<{ id: string; type: string }[]>`select id, type from events order by position`,
    );
    expect(rows.length).to.be.greaterThan(10_000);
    expect(counts.rolledBack).to.be.greaterThan(300);
    expect(counts.killed).to.be.greaterThan(10);
    expect(ids(first.events)).to.deep.equal(ids(rows));
    expect(ids(second.events)).to.deep.equal(ids(rows));
    expect(ids(third.events)).to.deep.equal(ids(rows.filter((row) => row.type === 'Odd')));
  });
});

class GivenUp extends Error {}

/** 24 writers, 12,000 events and more in small transactions that end in every way there is, each in its own time. */
async function writeWildly(log: PostgresLog): Promise<{ rolledBack: number; killed: number }> {
  const counts = { rolledBack: 0, killed: 0 };
  const write = async (writer: number) => {
    for (let i = 0; i < 120; i++) {
      const number = writer + 24 * i;
      const type = number % 2 === 1 ? 'Odd' : 'Even';
      const transaction = log.database.transaction(async (sql) => {
        await appendInTransaction(sql, unique(`wild-${writer}`), newEvents(2, type));
        // A round trip between two appends: others draw and commit positions in between.
        await appendInTransaction(sql, unique(`wild-${writer}`), newEvents(3, type));
        if (number % 40 === 7) await sql`select pg_terminate_backend(pg_backend_pid())`;
        if (number % 7 === 3) throw new GivenUp();
      });
      await transaction.catch((error: unknown) => {
        if (error instanceof GivenUp) counts.rolledBack++;
        else if (number % 40 === 7) counts.killed++;
        else throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: 24 }, (_, writer) => write(writer)));
  return counts;
}
