import { expect } from 'chai';
import type { Database } from '../../src/platform/database.ts';
import { AnswerCache, type AnswerCacheParts, type Found } from '../../src/read-api/cache/answer-cache.ts';
import { openChangeFeed } from '../../src/read-api/cache/change-feed.ts';
import { logParts, until, type LogParts } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';
import { looking, settle, storeAnswer } from './answers.ts';

describe('the cache of ready answers', () => {
  let parts: LogParts;
  const running: { abort: AbortController; done: Promise<void> }[] = [];
  beforeEach(async () => {
    parts = await logParts();
  });
  afterEach(async () => {
    for (const { abort } of running) abort.abort();
    await Promise.all(running.splice(0).map(({ done }) => done));
    await parts.close();
  });

  const store = (key: string, at: number, more: { asOf?: Date; bytes?: number } = {}) =>
    parts.database.query((sql) => storeAnswer(sql, { key, at, ...more }));

  /** A cache as a process has it; `clock` moves its time. */
  const open = (options: Partial<AnswerCacheParts> = {}) => {
    const clock = { ms: Date.now() };
    let loads = 0;
    const counted: Database = {
      ...parts.database,
      query: (work) => {
        loads += 1;
        return parts.database.query(work);
      },
    };
    const cache = new AnswerCache({
      lookUp: looking(counted),
      shared: undefined,
      capacityBytes: 1024 ** 2,
      ttlSeconds: () => 300,
      serveStaleSeconds: () => 3600,
      freshForSeconds: () => 900,
      now: () => new Date(clock.ms),
      ...options,
    });
    return { cache, clock, loads: () => loads };
  };
  const follow = async (cache: AnswerCache) => {
    const feed = await openChangeFeed(parts);
    const abort = new AbortController();
    running.push({ abort, done: feed.follow(cache, abort.signal) });
  };
  const stored = (found: Found) => (found.kind === 'stored' ? [found.tier, found.entry.row.changedAt] : found.kind);

  const signal = () => {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    return { promise, resolve };
  };

  it('loads a key once for a crowd, and answers from memory afterwards', async () => {
    await store('가', 1);
    const { cache, loads } = open();
    const crowd = await Promise.all(Array.from({ length: 1000 }, () => cache.find('가')));
    expect(crowd.every((found) => found.kind === 'stored')).to.equal(true);
    expect(stored(await cache.find('가'))).to.deep.equal(['l1', 1n]);
    expect(loads()).to.equal(1);
  });

  it('remembers briefly that a character was never valued, and for ten minutes that the game does not know it', async () => {
    await parts.database.query((sql) => settle(sql, '없음', 1));
    const { cache, clock, loads } = open();
    for (let i = 0; i < 3; i++) expect(stored(await cache.find('나'))).to.equal('never-valued');
    for (let i = 0; i < 3; i++) expect(stored(await cache.find('없음'))).to.equal('unknown');
    expect(loads()).to.equal(2);
    clock.ms += 1000;
    await cache.find('나');
    await cache.find('없음');
    expect(loads()).to.equal(3);
    clock.ms += 600_000;
    expect(stored(await cache.find('없음'))).to.equal('never-valued');
  });

  it('drops what changed, by the feed of the read models', async () => {
    await store('가', 1);
    await parts.database.query((sql) => settle(sql, '새', 2));
    const { cache } = open();
    await follow(cache);
    await cache.find('가');
    expect(stored(await cache.find('새'))).to.equal('unknown');
    await store('가', 3);
    await store('새', 4);
    await until(
      () => cache.find('가'),
      (found) => found.kind === 'stored' && found.entry.row.changedAt === 3n,
    );
    await until(
      () => cache.find('새'),
      (found) => found.kind === 'stored',
    );
  });

  it('never refills with the old row when a change overtakes a load', async () => {
    await store('가', 1);
    // The load has its row, and is held back until the change has been told.
    const reached = signal();
    const held = signal();
    let first = true;
    const slow: Database = {
      ...parts.database,
      query: async (work) => {
        const result = await parts.database.query(work);
        if (first) {
          first = false;
          reached.resolve();
          await held.promise;
        }
        return result;
      },
    };
    const { cache } = open({ lookUp: looking(slow) });
    const loading = cache.find('가');
    await reached.promise;
    await store('가', 2);
    cache.changed('가', 2n);
    held.resolve();
    expect(stored(await loading)).to.deep.equal(['db', 2n]);
    expect(stored(await cache.find('가'))).to.deep.equal(['l1', 2n]);
  });

  it('races writers, readers and the feed, and ends with the newest row of every key', async () => {
    const keys = Array.from({ length: 8 }, (_, index) => `경주-${index}`);
    const { cache } = open();
    for (const [index, key] of keys.entries()) await store(key, index + 1);
    await follow(cache);
    let position = keys.length;
    let writing = true;
    const newest = new Map<string, number>();
    const write = async () => {
      for (let round = 0; round < 40; round += 1)
        for (const key of keys) {
          position += 1;
          await store(key, position);
          newest.set(key, position);
        }
      writing = false;
    };
    const read = async (key: string) => {
      let last = 0n;
      while (writing) {
        const found = await cache.find(key);
        if (found.kind !== 'stored') throw new Error('lost');
        // An answer once given is never followed by an older one.
        expect(found.entry.row.changedAt >= last).to.equal(true);
        last = found.entry.row.changedAt;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([write(), ...keys.map(read)]);
    for (const key of keys) {
      await until(
        () => cache.find(key),
        (found) => found.kind === 'stored' && found.entry.row.changedAt === BigInt(newest.get(key) ?? -1),
      );
    }
  });

  it('empties itself when another set of tables takes the place of the read model', async () => {
    await store('가', 5);
    const { cache } = open();
    await follow(cache);
    await cache.find('가');
    await parts.database.transaction(async (sql) => {
      await sql`create schema beside`;
      await sql`create table beside.expectation_view (like expectation_view including all)`;
      await sql`insert into beside.expectation_view select * from expectation_view`;
      await sql`update beside.expectation_view set etag = 'rebuilt', changed_at = 3`;
      await sql`drop table expectation_view`;
      await sql`alter table beside.expectation_view set schema public`;
    });
    await until(
      () => cache.find('가'),
      (found) => found.kind === 'stored' && found.entry.row.etag === 'rebuilt',
    );
    // What the new tables catch up with lies below what was seen of the old ones.
    await store('가', 4);
    await until(
      () => cache.find('가'),
      (found) => found.kind === 'stored' && found.entry.row.changedAt === 4n,
    );
  });

  it('keeps to its size in bytes, representations included', async () => {
    const capacityBytes = 200_000;
    const { cache } = open({ capacityBytes });
    for (let index = 0; index < 20; index++) {
      const key = `큰-${index}`;
      await store(key, index + 1, { bytes: 40_000 });
      const found = await cache.find(key);
      if (found.kind !== 'stored') throw new Error('not stored');
      await cache.representation(found.entry, 'fresh', 'identity');
      expect(cache.stats().bytes).to.be.at.most(capacityBytes);
    }
    expect(cache.stats().entries).to.be.within(1, 4);
  });

  it('serves what it has for a while when the database does not answer, and no longer', async () => {
    await store('가', 1);
    const { cache, clock } = open();
    await cache.find('가');
    clock.ms += 301_000;
    expect(stored(await cache.find('가'))).to.deep.equal(['db', 1n]);
    const away = open({ lookUp: looking(parts.database) });
    await away.cache.find('가');
    await parts.database.close();
    away.clock.ms += 301_000;
    expect(stored(await away.cache.find('가'))).to.deep.equal(['l1', 1n]);
    away.clock.ms += 3_600_000;
    expect(await outcome(away.cache.find('가'))).to.be.instanceOf(Error);
  });

  it('looks again after a second whether work on an old answer is under way', async () => {
    await store('가', 1, { asOf: new Date(Date.now() - 3_600_000) });
    const { cache, clock, loads } = open();
    await cache.find('가');
    expect(stored(await cache.find('가'))).to.deep.equal(['l1', 1n]);
    clock.ms += 1000;
    expect(stored(await cache.find('가'))).to.deep.equal(['db', 1n]);
    expect(loads()).to.equal(2);
  });
});
