import { expect } from 'chai';
import { ProblemError } from '../../src/domain/errors.ts';
import { openClient } from '../../src/platform/database-client.ts';
import type { Client } from '../../src/platform/database-client.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Database } from '../../src/platform/database.ts';
import { testPostgres } from '../support/services.ts';
import type { TestServer } from '../support/services.ts';

/** What a writer was told, per row it tried to write. */
interface Told {
  readonly stored: number[];
  readonly unavailable: number[];
}

describe('the database under outages', () => {
  let server: TestServer;
  let database: Database;
  let observer: Client;

  before(async () => {
    server = await testPostgres();
    database = openDatabase({ url: server.url, applicationName: 'pve-writer', poolSize: 8, queryTimeoutMs: 2000 });
    observer = openClient(server.url, { max: 1 });
  });

  beforeEach(async () => {
    await observer`drop table if exists written`;
    await observer`create table written (id int primary key, half int not null)`;
  });

  after(async () => {
    await database.close();
    await observer.end();
    await server.stop();
  });

  /** One row by a single statement or, in turn, two by a transaction; the rows carry ids of their own. */
  const write = (id: number): Promise<unknown> =>
    id % 2 === 0
      ? database.query((sql) => sql`insert into written values (${id}, 0)`)
      : database.transaction(async (sql) => {
          await sql`insert into written values (${id}, 1)`;
          await sql`insert into written values (${-id}, 2)`;
        });

  /** Eight writers write until `enough`; an outage may be told as unavailable and as nothing else. */
  const writeUntil = async (enough: (told: Told) => boolean, told: Told): Promise<void> => {
    let next = 1;
    const writer = async (): Promise<void> => {
      while (!enough(told)) {
        const id = next++;
        await write(id).then(
          () => told.stored.push(id),
          (error: unknown) => {
            expect(error).to.be.instanceOf(ProblemError).with.property('code', 'unavailable');
            told.unavailable.push(id);
          },
        );
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
  };

  /** Every acknowledged row is there, and no transaction is there by half. */
  const reconcile = async (told: Told): Promise<void> => {
    const rows = await database.query((sql) => sql<{ id: number }[]>`select id from written`);
    const ids = new Set(rows.map(({ id }) => id));
    expect(told.stored.filter((id) => !ids.has(id))).to.deep.equal([]);
    expect([...ids].filter((id) => id % 2 !== 0 && !ids.has(-id))).to.deep.equal([]);
  };

  it('keeps what it acknowledged while backends are killed', async () => {
    const told: Told = { stored: [], unavailable: [] };
    let kills = 0;
    const writing = writeUntil(
      ({ stored, unavailable }) => kills >= 20 && unavailable.length > 0 && stored.length > 500,
      told,
    );
    for (; kills < 20; kills++) {
      const before = told.stored.length;
      await observer`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pve-writer' limit 3`;
      await until(() => told.stored.length > before + 10);
    }
    await writing;
    await reconcile(told);
  });

  it('keeps what it acknowledged when the whole server is killed twice, and goes on by itself', async () => {
    const told: Told = { stored: [], unavailable: [] };
    let restarts = 0;
    const writing = writeUntil(() => restarts === 2, told);
    while (restarts < 2) {
      const before = told.stored.length;
      await until(() => told.stored.length > before + 50);
      const failed = told.unavailable.length;
      server.kill();
      await until(() => told.unavailable.length > failed);
      const atOutage = told.stored.length;
      await until(() => told.stored.length > atOutage + 50);
      restarts++;
    }
    await writing;
    await reconcile(told);
    expect(database.stats()).to.include({ active: 0, waiting: 0 });
  });
});

/** Waits for a condition that other work of this process brings about; mocha's timeout is the deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
