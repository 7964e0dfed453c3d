import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ConcurrencyError, DuplicateEventIdError } from '../../src/event-store/errors.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';
import { ids, newEvent, newEvents, unique } from '../contract/fixtures.ts';
import { appendAndHold, openPostgresLog } from './postgres-fixture.ts';
import type { PostgresLog } from './postgres-fixture.ts';

describe('postgres: append', () => {
  let log: PostgresLog;
  let store: EventStore;

  before(async () => {
    log = await openPostgresLog();
    store = log.openStore();
  });

  after(() => log.dispose());

  async function rejection(promise: Promise<unknown>): Promise<unknown> {
    const [settled] = await Promise.allSettled([promise]);
    return settled.status === 'rejected' ? settled.reason : expect.fail('expected a rejection');
  }

  for (const [what, index] of [
    ['first', 0],
    ['second', 1],
  ] as const) {
    it(`refuses an id that stands on another stream: the ${what} event of an append`, async () => {
      const standing = newEvent();
      await store.append(unique('first'), 'no-stream', [standing]);
      const stream = unique('second');
      const events = newEvents(2).with(index, standing);
      const error = await rejection(store.append(stream, 'no-stream', events));
      expect(error).to.be.instanceOf(DuplicateEventIdError);
      expect(error).to.include({ stream });
      expect(await store.readStream(stream)).to.deep.equal([]);
    });
  }

  it('tells the millisecond in which an event was recorded', async () => {
    const stream = unique('times');
    const times = ['00:00:00.000000', '12:00:00.000500', '12:00:00.122999', '12:00:00.290000', '23:59:59.999999'];
    for (const [revision, time] of times.entries())
      await log.database.query(
        (sql) => sql`
          insert into events (recorded_at, revision, schema_version, id, stream, type, data, metadata)
          values (${`2026-03-19T${time}Z`}::text::timestamptz, ${revision}, 1, ${randomUUID()}, ${stream}, 'ValuationRequested', '{}', '{}')`,
      );
    const recorded = (await store.readStream(stream)).map((event) => event.recordedAt);
    expect(recorded).to.deep.equal(times.map((time) => `2026-03-19T${time.slice(0, -3)}Z`));
  });

  it('refuses the same id twice in one append', async () => {
    const event = newEvent();
    const error = await rejection(store.append(unique('twice'), 'no-stream', [event, event]));
    expect(error).to.be.instanceOf(DuplicateEventIdError);
  });

  it('fails only the entries at fault when PostgreSQL refuses a group as a whole', async () => {
    const standing = newEvent();
    await store.append(unique('standing'), 'no-stream', [standing]);
    const good = [unique('a'), unique('m'), unique('z')];
    const outcomes = await store.appendMany([
      { stream: good[0]!, expectedRevision: 'no-stream', events: newEvents(2) },
      { stream: unique('taken'), expectedRevision: 'no-stream', events: [newEvent(), standing] },
      { stream: good[1]!, expectedRevision: 'no-stream', events: newEvents(1) },
      { stream: unique('bytes \u0000'), expectedRevision: 'no-stream', events: newEvents(1) },
      { stream: good[2]!, expectedRevision: 'no-stream', events: newEvents(3) },
      { stream: unique('no uuid'), expectedRevision: 'no-stream', events: [{ ...newEvent(), id: 'x' }] },
    ]);
    const statuses = outcomes.map((outcome) => outcome.status);
    expect(statuses).to.deep.equal(['appended', 'failed', 'appended', 'failed', 'appended', 'failed']);
    expect(outcomes[1]).to.have.property('error').that.is.instanceOf(DuplicateEventIdError);
    for (const [i, count] of [2, 1, 3].entries()) expect(await store.readStream(good[i]!)).to.have.length(count);
  });

  it('applies several entries of one stream in the order given', async () => {
    const stream = unique('sequence');
    const outcomes = await store.appendMany([
      { stream, expectedRevision: 'no-stream', events: newEvents(2) },
      { stream: unique('other'), expectedRevision: 'no-stream', events: newEvents(1) },
      { stream, expectedRevision: 1, events: newEvents(1) },
    ]);
    expect(outcomes.map((outcome) => outcome.status)).to.deep.equal(['appended', 'appended', 'appended']);
    expect(await store.readStream(stream)).to.have.length(3);
  });

  it('lets appends that come together share a round trip and a transaction', async () => {
    const prefix = unique('together');
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.append(`${prefix}-${i}`, 'no-stream', newEvents(2))));
    const [row] = await log.database.query(
      (sql) => sql<{ streams: bigint; transactions: bigint }[]>`
        select count(distinct stream) as streams, count(distinct xmin::text) as transactions
        from events where starts_with(stream, ${prefix})`,
    );
    expect(row).to.deep.equal({ streams: 100n, transactions: 1n });
  });

  it('tells exactly one of many identical appends that it was the first', async () => {
    const stream = unique('same');
    const events = newEvents(3);
    const racers = Array.from({ length: 5 }, () => log.openStore());
    const results = await Promise.all([...racers, ...racers].map((one) => one.append(stream, 'no-stream', events)));
    expect(results.filter((result) => !result.idempotent)).to.have.length(1);
    expect(ids(await store.readStream(stream))).to.deep.equal(ids(events));
  });

  it('never mixes two racing appends of several events', async () => {
    const racers = Array.from({ length: 3 }, () => log.openStore());
    for (let round = 0; round < 20; round++) {
      const stream = unique('mix');
      const racing = [newEvents(1), newEvents(3), newEvents(5)];
      const settled = await Promise.allSettled(
        racing.map((events, i) => racers[i]!.append(stream, 'no-stream', events)),
      );
      const winner = settled.findIndex((one) => one.status === 'fulfilled');
      expect(settled.filter((one) => one.status === 'rejected')).to.have.length(2);
      expect(ids(await store.readStream(stream))).to.deep.equal(ids(racing[winner]!));
    }
  });

  it('does not deadlock when groups in different orders share their streams', async () => {
    const streams = Array.from({ length: 60 }, () => unique('shared'));
    const group = (order: readonly string[]) =>
      store.appendMany(
        order.map((stream) => ({ stream, expectedRevision: 'no-stream' as const, events: newEvents(1) })),
      );
    const before = await deadlocks(log);
    for (let round = 0; round < 5; round++) await Promise.all([group(streams), group(streams.toReversed())]);
    const outcomes = (await Promise.all([group(streams), group(streams.toReversed())])).flat();
    for (const outcome of outcomes) expect(outcome).to.have.property('error').that.is.instanceOf(ConcurrencyError);
    expect(await deadlocks(log)).to.equal(before);
    for (const stream of streams) expect(await store.readStream(stream)).to.have.length(1);
  });

  it('waits for an open append to the same stream, and takes its place when that is rolled back', async () => {
    const stream = unique('contended');
    const open = await appendAndHold(log.database, stream, newEvents(1));
    const events = newEvents(2);
    const waiting = store.append(stream, 'no-stream', events);
    await open.rollBack();
    expect(await waiting).to.include({ revision: 1, idempotent: false });
    expect(ids(await store.readStream(stream))).to.deep.equal(ids(events));
  });

  for (const statement of [
    "update events set data = '{}'",
    'update events set position = default where false',
    'delete from events',
    'delete from events where false',
    'truncate events',
  ]) {
    it(`refuses: ${statement}`, async () => {
      await store.append(unique('forever'), 'no-stream', newEvents(1));
      const count = () => log.database.query((sql) => sql`select count(*)::int as n from events`);
      const before = await count();
      const error = await rejection(log.database.query((sql) => sql.unsafe(statement)));
      expect(error).to.have.property('message').that.includes('the event log only grows');
      expect(await count()).to.deep.equal(before);
    });
  }

  it('gives every log an identity of its own, the same for all who ask', async () => {
    const other = await openPostgresLog();
    const answers = await Promise.all([store.storeId(), log.openStore().storeId(), log.openStore().storeId()]);
    expect(new Set(answers).size).to.equal(1);
    expect(await other.openStore().storeId()).to.not.equal(answers[0]);
    await other.dispose();
  });
});

async function deadlocks(log: PostgresLog): Promise<number> {
  const [row] = await log.database.query(
    (sql) => sql<{ n: number }[]>`
    select deadlocks::int as n from pg_stat_database where datname = current_database()`,
  );
  return row!.n;
}
