import { expect } from 'chai';
import { loadCheckpoint } from '../../src/event-store/checkpoints.ts';
import { countParked, listParkedKeys } from '../../src/event-store/parked-keys.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';
import { rebuild } from '../../src/event-store/rebuild.ts';
import type { Subscriber } from '../../src/event-store/subscriber.ts';
import { runSubscription } from '../../src/event-store/subscription.ts';
import { eventOf, logParts, until, type LogParts } from '../support/log-parts.ts';

/** Counts events per stream: a read model that folds. */
const counts: Subscriber = {
  name: 'counts',
  types: ['Counted'],
  tables: ['counts'],
  async apply(sql, events) {
    for (const { stream } of events) {
      await sql`
        insert into counts (stream, n) values (${stream}, 1)
        on conflict (stream) do update set n = counts.n + 1`;
    }
  },
};

describe('rebuilding a read model', () => {
  let parts: LogParts;
  beforeEach(async () => {
    parts = await logParts();
    await parts.database.query((sql) => sql`create table counts (stream text primary key, n int not null)`);
  });
  afterEach(() => parts.close());

  const onProgress = (): void => undefined;
  const rows = () =>
    parts.database.query((sql) => sql<{ stream: string; n: number }[]>`select stream, n from counts order by stream`);
  const append = (stream: string, from: number, count: number) =>
    parts.store.append(
      stream,
      from === 0 ? 'no-stream' : from - 1,
      Array.from({ length: count }, () => eventOf('Counted')),
    );

  it('comes to the same rows from the log alone, and says how many events that took', async () => {
    await append('a', 0, 700);
    await append('b', 0, 3);
    await parts.database.query((sql) => sql`insert into counts values ('a', 1), ('nonsense', 99)`);
    expect(await rebuild(counts, { ...parts, onProgress })).to.deep.equal({ events: 703, parked: 0 });
    expect([...(await rows())]).to.deep.equal([
      { stream: 'a', n: 700 },
      { stream: 'b', n: 3 },
    ]);
  });

  it('hands over to the running subscription without losing or repeating an event', async () => {
    const abort = new AbortController();
    const running = runSubscription(counts, parts, abort.signal);
    const writing = (async () => {
      for (let n = 0; n < 300; n += 3) await append('live', n, 3);
    })();
    for (let round = 0; round < 3; round += 1) await rebuild(counts, { ...parts, onProgress });
    await writing;
    const head = await parts.store.head();
    const storeId = await parts.store.storeId();
    await until(
      () => parts.database.query((sql) => loadCheckpoint(sql, 'counts', storeId)),
      (at) => at >= head,
    );
    abort.abort();
    await running;
    expect([...(await rows())]).to.deep.equal([{ stream: 'live', n: 300 }]);
  });

  const liveAt = async () => {
    const storeId = await parts.store.storeId();
    return await parts.database.query((sql) => loadCheckpoint(sql, 'counts', storeId));
  };

  it('catches up once more where the live rows have gone on meanwhile', async () => {
    await append('a', 0, 2);
    let goneOn = false;
    const goOn = async (): Promise<void> => {
      goneOn = true;
      await append('a', 2, 1);
      const abort = new AbortController();
      const running = runSubscription(counts, parts, abort.signal);
      const head = await parts.store.head();
      await until(liveAt, (at) => at >= head);
      abort.abort();
      await running;
    };
    const readAll: EventStore['readAll'] = async (options) => {
      const slice = await parts.store.readAll(options);
      if (slice.through === options.after && !goneOn) await goOn();
      return slice;
    };
    const store = { readAll, head: () => parts.store.head(), storeId: () => parts.store.storeId() };
    const { events } = await rebuild(counts, { ...parts, store, onProgress });
    expect([goneOn, events, ...(await rows())]).to.deep.equal([true, 3, { stream: 'a', n: 3 }]);
  });

  it('goes back where the live rows are ahead of the log itself', async () => {
    await append('a', 0, 2);
    await rebuild(counts, { ...parts, onProgress });
    const head = await liveAt();
    await parts.database.query((sql) => sql`update subscription_checkpoint set position = position + 1000`);
    expect((await rebuild(counts, { ...parts, onProgress })).events).to.equal(2);
    expect(await liveAt()).to.equal(head);
  });

  it('keeps the rows readable until the swap, and keeps them when it fails', async () => {
    await append('a', 0, 2);
    await rebuild(counts, { ...parts, onProgress });
    await append('a', 2, 2);
    const watched = rebuild(counts, {
      ...parts,
      onProgress: () => {
        throw new Error('interrupted');
      },
    });
    expect(await watched.catch((error: unknown) => String(error))).to.include('interrupted');
    expect([...(await rows())]).to.deep.equal([{ stream: 'a', n: 2 }]);
  });

  it('ends and says so when there are events that cannot be applied, and parks them in the place of earlier ones', async () => {
    const picky: Subscriber = {
      ...counts,
      types: ['Counted', 'Poison'],
      async apply(sql, events) {
        await counts.apply(sql, events);
        if (events.some(({ type }) => type === 'Poison')) throw new Error('cannot digest this');
      },
    };
    await append('a', 0, 600);
    await parts.store.append('b', 'no-stream', [eventOf('Counted'), eventOf('Poison'), eventOf('Counted')]);
    await append('c', 0, 600);
    await parts.store.append('b', 2, [eventOf('Counted')]);
    await parts.database.query(
      (sql) => sql`insert into parked_event (subscription, key, position, stream, type, error)
        values ('counts', 'b', 99999, 'b', 'Counted', 'outdated'), ('other', 'b', 99999, 'b', 'Counted', 'not ours')`,
    );
    const before = await rebuild(picky, { ...parts, onProgress }).catch((error: unknown) => error);
    expect(before).to.deep.equal({ events: 1204, parked: 3 });
    const live = await rows();
    expect([...live]).to.deep.equal([
      { stream: 'a', n: 600 },
      { stream: 'b', n: 1 },
      { stream: 'c', n: 600 },
    ]);
    const keys = await parts.database.query((sql) => listParkedKeys(sql, { subscription: undefined, limit: 10 }));
    expect(keys.map(({ subscription, key, events }) => [subscription, key, events])).to.deep.equal([
      ['counts', 'b', 3],
      ['other', 'b', 1],
    ]);
    expect(keys[0]?.error).to.include('cannot digest this');
    expect(await rebuild(counts, { ...parts, onProgress })).to.deep.equal({ events: 1203, parked: 0 });
    expect((await parts.database.query(countParked)).get('counts')).to.equal(undefined);
  });

  it('keeps keys and storage of the tables', async () => {
    const shape = () =>
      parts.database.query(
        (sql) => sql<{ shape: string }[]>`
          select pg_get_constraintdef(oid) as shape from pg_constraint where conrelid = 'public.counts'::regclass order by 1`,
      );
    const before = [...(await shape())];
    await rebuild(counts, { ...parts, onProgress });
    expect([...(await shape())]).to.deep.equal(before);
    expect(before.length).to.be.greaterThan(0);
  });
});
