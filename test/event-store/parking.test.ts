import { expect } from 'chai';
import { loadCheckpoint } from '../../src/event-store/checkpoints.ts';
import type { RecordedEvent } from '../../src/event-store/event-store.ts';
import { listParkedKeys } from '../../src/event-store/parked-keys.ts';
import { retryParked } from '../../src/event-store/retry-parked.ts';
import type { Subscriber, Transaction } from '../../src/event-store/subscriber.ts';
import { runSubscription } from '../../src/event-store/subscription.ts';
import { eventOf, logParts, until, type LogParts } from '../support/log-parts.ts';

describe('events that cannot be applied', () => {
  let parts: LogParts;
  let running: { abort: AbortController; done: Promise<void> } | undefined;
  let revisions: Map<string, number>;
  /** Types that the projection cannot apply at the moment, and how often it has been asked to. */
  let broken: Set<string>;
  let tries: number;

  beforeEach(async () => {
    parts = await logParts();
    await parts.database.query((sql) => sql`create table applied (n serial, stream text, revision int)`);
    revisions = new Map();
    broken = new Set(['Poison']);
    tries = 0;
  });
  afterEach(async () => {
    await stop();
    await parts.close();
  });

  const subscriber: Subscriber = {
    name: 'test',
    types: ['Fine', 'Poison'],
    tables: ['applied'],
    async apply(sql: Transaction, events: readonly RecordedEvent[]) {
      await sql`insert into applied ${sql(events.map(({ stream, revision }) => ({ stream, revision })))}`;
      const poison = events.find(({ type }) => broken.has(type));
      if (poison === undefined) return;
      tries += 1;
      throw new Error(`cannot digest ${poison.stream} ${poison.revision}`);
    },
  };

  function start(it = subscriber): void {
    const abort = new AbortController();
    running = { abort, done: runSubscription(it, parts, abort.signal) };
  }
  async function stop(): Promise<void> {
    running?.abort.abort();
    await running?.done;
    running = undefined;
  }

  async function append(stream: string, ...types: string[]) {
    const expected = revisions.get(stream);
    const events = types.map((type) => eventOf(type));
    const { position, revision } = await parts.store.append(stream, expected ?? 'no-stream', events);
    revisions.set(stream, revision);
    return position;
  }
  const checkpoint = async () => {
    const storeId = await parts.store.storeId();
    return await parts.database.query((sql) => loadCheckpoint(sql, 'test', storeId));
  };
  const reached = (position: bigint) => until(checkpoint, (at) => at >= position);
  const applied = async (stream: string) => {
    const rows = await parts.database.query(
      (sql) => sql<{ revision: number }[]>`select revision from applied where stream = ${stream} order by n`,
    );
    return rows.map(({ revision }) => revision);
  };
  const parked = () => parts.database.query((sql) => listParkedKeys(sql, { subscription: 'test', limit: 10 }));
  const summary = async () => (await parked()).map(({ key, events, position }) => [key, events, position]);
  const retry = (key: string) => retryParked(subscriber, key, parts);

  it('are tried a few times and parked; later ones of their key wait in order, the others go on', async () => {
    await append('a', 'Fine');
    const poison = await append('a', 'Poison');
    await append('b', 'Fine', 'Fine');
    await reachedByNew(await append('a', 'Fine'));
    expect(await applied('a')).to.deep.equal([0]);
    expect(await applied('b')).to.deep.equal([0, 1]);
    expect(tries).to.be.within(2, 4);
    const asked = tries;
    await reached(await append('a', 'Fine'));
    await reached(await append('b', 'Fine'));
    expect(tries, 'what waits is not tried').to.equal(asked);
    expect(await applied('b')).to.deep.equal([0, 1, 2]);
    expect(await summary()).to.deep.equal([['a', 3, poison]]);
    expect((await parked())[0]).to.include({ type: 'Poison' });
    expect((await parked())[0]?.error).to.include('cannot digest a 1');
  });

  const reachedByNew = async (position: bigint): Promise<void> => {
    start();
    await reached(position);
  };

  it('still hold their key back after a restart', async () => {
    await reachedByNew(await append('a', 'Poison'));
    await stop();
    broken.clear();
    await reachedByNew(await append('a', 'Fine'));
    expect(await applied('a')).to.deep.equal([]);
    expect((await parked())[0]?.events).to.equal(2);
  });

  it('wait by the key that the subscriber names', async () => {
    start({ ...subscriber, keyOf: ({ stream }) => stream.slice(stream.indexOf('-') + 1) });
    await append('x-1', 'Poison');
    await append('y-1', 'Fine');
    await reached(await append('y-2', 'Fine'));
    expect(await applied('y-1')).to.deep.equal([]);
    expect(await applied('y-2')).to.deep.equal([0]);
    broken.clear();
    await retry('1');
    expect([await applied('x-1'), await applied('y-1')]).to.deep.equal([[0], [0]]);
  });

  it('are applied in order by a retry, and the key goes on from there', async () => {
    await append('a', 'Poison', 'Fine', 'Poison');
    await reachedByNew(await append('a', 'Fine'));
    broken.clear();
    expect(await retry('a')).to.deep.equal({ applied: 4, error: undefined });
    await reached(await append('a', 'Fine'));
    expect(await applied('a')).to.deep.equal([0, 1, 2, 3, 4]);
    expect(await parked()).to.have.length(0);
  });

  it('stay parked from the first on that fails again', async () => {
    await append('a', 'Poison', 'Fine');
    const worse = await append('a', 'Worse');
    const all = { ...subscriber, types: ['Fine', 'Poison', 'Worse'] };
    start(all);
    await reached(await append('a', 'Fine'));
    broken = new Set(['Worse']);
    const { applied: count, error } = await retryParked(all, 'a', parts);
    expect(count).to.equal(2);
    expect(error?.message).to.equal('cannot digest a 2');
    expect(await applied('a')).to.deep.equal([0, 1]);
    expect(await summary()).to.deep.equal([['a', 2, worse]]);
    expect((await parked())[0]?.error).to.include('cannot digest a 2');
  });

  it('are applied once, in order, by retries at the same time and under a stream of new ones', async () => {
    await reachedByNew(await append('a', 'Poison'));
    const writing = (async () => {
      for (let n = 0; n < 60; n += 1) await append('a', 'Fine');
    })();
    await until(parked, ([key]) => (key?.events ?? 0) > 20);
    broken.clear();
    const results = await Promise.all([retry('a'), retry('a'), retry('a')]);
    await writing;
    await reached(await append('a', 'Fine'));
    expect(results.map(({ error }) => error)).to.deep.equal([undefined, undefined, undefined]);
    expect(await applied('a')).to.deep.equal(Array.from({ length: 62 }, (_, n) => n));
    expect(await parked()).to.have.length(0);
  });

  it('are not applied again by a retry that has read them before another one applied them', async () => {
    await append('a', 'Poison', 'Fine', 'Poison');
    await reachedByNew(await append('a', 'Fine'));
    let proceed = (): void => undefined;
    const gate = new Promise<void>((resolve) => (proceed = resolve));
    const readStream: typeof parts.store.readStream = async (...args) => {
      const events = await parts.store.readStream(...args);
      await gate;
      return events;
    };
    const only = (revision: number): Subscriber => ({
      ...subscriber,
      async apply(sql, events) {
        await subscriber.apply(sql, events);
        if (events.some((event) => event.revision === revision)) throw new Error(`cannot digest ${revision}`);
      },
    });
    broken.clear();
    const slow = retryParked(only(2), 'a', { ...parts, store: { readStream } });
    expect(await retryParked(only(2), 'a', parts)).to.deep.include({ applied: 2 });
    proceed();
    expect(await slow).to.deep.include({ applied: 0 });
    expect(await applied('a')).to.deep.equal([0, 1]);
  });

  it('are retried piece by piece where many wait', async () => {
    await append('a', 'Poison', ...Array.from({ length: 1200 }, () => 'Fine'));
    await reachedByNew(await append('a', 'Fine'));
    broken.clear();
    expect(await retry('a')).to.deep.equal({ applied: 1202, error: undefined });
    expect(await applied('a')).to.deep.equal(Array.from({ length: 1202 }, (_, n) => n));
  });
});
