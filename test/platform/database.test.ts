import { expect } from 'chai';
import { ProblemError } from '../../src/domain/errors.ts';
import { assertConnectionsFit } from '../../src/platform/database-budget.ts';
import { openDatabase, openOperatorsDatabase } from '../../src/platform/database.ts';
import type { Database, DatabaseOptions } from '../../src/platform/database.ts';
import { outcome } from '../support/outcome.ts';
import { testDatabase } from '../support/services.ts';
import type { TestDatabase } from '../support/services.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

describe('the database', () => {
  let server: TestDatabase;
  const opened: Database[] = [];

  before(async () => {
    server = await testDatabase();
  });

  after(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.drop();
  });

  const open = (options: Partial<DatabaseOptions> = {}): Database => {
    const database = openDatabase({
      url: server.url,
      applicationName: 'pve-test',
      poolSize: 2,
      noticeNesting: true,
      ...options,
    });
    opened.push(database);
    return database;
  };

  /** Takes `count` permits and keeps them until the returned function is called. */
  const hold = async (database: Database, count: number): Promise<() => Promise<void>> => {
    const release: (() => void)[] = [];
    let done: Promise<unknown>[] = [];
    await new Promise<void>((allHeld) => {
      done = Array.from({ length: count }, () =>
        database.query(
          () =>
            new Promise<void>((resolve) => {
              if (release.push(resolve) === count) allHeld();
            }),
        ),
      );
    });
    return async () => {
      for (const free of release) free();
      await Promise.all(done);
    };
  };

  describe('gate', () => {
    it('lets no more work run at a time than it has permits', async () => {
      const database = open({ poolSize: 3 });
      let running = 0;
      let most = 0;
      const work = (): Promise<void> =>
        database.query(async (sql) => {
          most = Math.max(most, ++running);
          await sql`select pg_sleep(0.005)`;
          running--;
        });
      await Promise.all(Array.from({ length: 30 }, work));
      const connections = await database.query(
        (sql) => sql`
        select count(*)::int as n from pg_stat_activity where application_name = 'pve-test'`,
      );
      expect(most).to.equal(3);
      expect(connections[0]?.n).to.be.within(1, 3);
      expect(database.stats()).to.include({ size: 3, active: 0, waiting: 0, granted: 31, refused: 0 });
    });

    it('says overloaded when no permit is free in time, and tells how long was waited', async () => {
      const database = open({ permitTimeoutMs: 40 });
      const release = await hold(database, 2);
      const refused = outcome(database.query((sql) => sql`select 1`));
      expect(database.stats()).to.include({ active: 2, waiting: 1 });
      expect(await refused)
        .to.be.instanceOf(ProblemError)
        .with.property('code', 'overloaded');
      expect(database.stats()).to.include({ active: 2, waiting: 0, refused: 1 });
      expect(database.stats().waitedMs).to.be.within(35, 2000);
      await release();
      expect(await database.query((sql) => sql`select 1 as x`)).to.deep.include({ x: 1 });
    });

    it('serves in the order of asking', async () => {
      const database = open({ poolSize: 1 });
      const release = await hold(database, 1);
      const served: number[] = [];
      const asked = [1, 2, 3].map((n) => database.query(async () => Promise.resolve(served.push(n))));
      await release();
      await Promise.all(asked);
      expect(served).to.deep.equal([1, 2, 3]);
    });

    it('grows and shrinks while it is in use', async () => {
      const database = open({ poolSize: 1 });
      const release = await hold(database, 1);
      const waiting = hold(database, 2);
      expect(database.stats()).to.include({ active: 1, waiting: 2 });
      database.setPoolSize(3);
      const releaseOthers = await waiting;
      expect(database.stats()).to.include({ size: 3, active: 3, waiting: 0 });
      database.setPoolSize(1);
      await release();
      const late = database.query((sql) => sql`select 1`);
      expect(database.stats()).to.include({ active: 2, waiting: 1 });
      await releaseOthers();
      await late;
      expect(database.stats()).to.include({ size: 1, active: 0, waiting: 0 });
      for (const size of [0, 51, 1.5, NaN]) expect(() => database.setPoolSize(size)).to.throw(RangeError);
    });

    it('throws on a permit inside a permit, and not on work that outlives one', async () => {
      const database = open();
      const nested = outcome(database.transaction(async () => database.query((sql) => sql`select 1`)));
      expect(await nested)
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.matches(/inside another/);
      let after: Promise<unknown> = Promise.resolve();
      let ended = (): void => undefined;
      const end = new Promise<void>((resolve) => (ended = resolve));
      await database.query((sql) => {
        after = end.then(() => database.query((inner) => inner`select 1`));
        return sql`select 1`;
      });
      ended();
      await after;
      await database.query(() => open().query((sql) => sql`select 1`));
    });

    it('gives the permit back when the work throws', async () => {
      const database = open({ poolSize: 1 });
      await outcome(database.query(() => Promise.reject(new Error('own'))));
      await outcome(
        database.query(() => {
          throw new Error('own, at once');
        }),
      );
      expect(database.stats()).to.include({ active: 0 });
    });

    it('leaves the operators their own two permits', async () => {
      const database = open();
      const operators = openOperatorsDatabase({ url: server.url, applicationName: 'pve-test-ops' });
      opened.push(operators);
      const release = await hold(database, 2);
      expect(await operators.query((sql) => sql`select 1 as x`)).to.deep.include({ x: 1 });
      expect(operators.stats()).to.include({ size: 2 });
      await release();
    });
  });

  describe('query', () => {
    it('reads and writes int8 as bigint, alone and in arrays, from the first query of a pool on', async () => {
      const big = 9_007_199_254_740_993n;
      const [row] = await open().query((sql) => sql`select ${big}::int8 as one, ${sql.array([big, 1n])} as many`);
      expect(row).to.deep.equal({ one: big, many: [big, 1n] });
    });

    it('commits what resolves and rolls back what rejects', async () => {
      const database = open();
      await database.query((sql) => sql`create table kept (id int)`);
      await database.transaction((sql) => sql`insert into kept values (1)`);
      await outcome(
        database.transaction(async (sql) => {
          await sql`insert into kept values (2)`;
          throw new Error('own');
        }),
      );
      expect([...(await database.query((sql) => sql`select id from kept`))]).to.deep.equal([{ id: 1 }]);
    });

    it('passes errors of SQL through', async () => {
      expect(await outcome(open().query((sql) => sql`select 1 / 0`))).to.have.property('code', '22012');
    });

    it('is ended by the server at its deadline', async () => {
      const database = open({ queryTimeoutMs: 100 });
      const error = await outcome(database.query((sql) => sql`select pg_sleep(10)`));
      expect(error).to.be.instanceOf(ProblemError).with.property('code', 'unavailable');
      expect((error as Error).cause).to.have.property('code', '57014');
      expect(await database.query((sql) => sql`select 1 as x`)).to.deep.include({ x: 1 });
    });

    it('is unavailable when nobody listens', async () => {
      const url = new URL(server.url);
      url.port = '1';
      const error = await outcome(open({ url: url.href }).query((sql) => sql`select 1`));
      expect(error).to.be.instanceOf(ProblemError).with.property('code', 'unavailable');
      expect((error as Error).cause).to.have.property('code', 'ECONNREFUSED');
    });

    it('gives up on a network that is dead without a word, and finds the way back', async () => {
      const proxy = await tcpProxy(server.url);
      const database = open({ url: proxy.url, queryTimeoutMs: 200 });
      const warm = (): Promise<unknown> =>
        Promise.all([1, 2].map(() => database.query((sql) => sql`select pg_sleep(0.01)`)));
      await warm();
      proxy.freeze();
      const since = performance.now();
      const [query, transaction, fresh] = await Promise.all([
        outcome(database.query((sql) => sql`select 1`)),
        outcome(database.transaction((sql) => sql`select 1`)),
        outcome(database.query((sql) => sql`select 1`)),
      ]);
      for (const error of [query, transaction]) expect(error).to.have.property('code', 'unavailable');
      expect(fresh).to.have.property('code').that.is.oneOf(['unavailable', 'overloaded']);
      expect(performance.now() - since).to.be.below(5000);
      proxy.thaw();
      await warm();
      await database.close();
      await proxy.close();
    });
  });

  describe('budget of connections', () => {
    it('fits or is refused with the numbers', async () => {
      const database = open();
      const [row] = await database.query((sql) => sql`select current_setting('max_connections')::int as max`);
      const max = (row as { max: number }).max;
      await assertConnectionsFit(database, { processes: 2, poolSize: (max - 10) / 2 - 5, besides: 10 });
      const tooMany = outcome(
        assertConnectionsFit(database, { processes: 2, poolSize: (max - 10) / 2 - 4, besides: 10 }),
      );
      expect(await tooMany)
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.matches(/^DATABASE_POOL_SIZE: 2 processes × \d+ connections \+ 10 others = \d+, but PostgreSQL has \d+/);
    });
  });
});
