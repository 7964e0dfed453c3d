import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openClient } from '../../src/platform/database-client.ts';
import type { Client } from '../../src/platform/database-client.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { outcome } from '../support/outcome.ts';
import { temporaryFolder, testDatabase } from '../support/services.ts';
import type { TestDatabase } from '../support/services.ts';
import { silent } from '../support/silent-log.ts';

describe('migrations', () => {
  let database: TestDatabase;
  let sql: Client;
  let folder: string;

  beforeEach(async () => {
    database = await testDatabase();
    sql = openClient(database.url, { max: 2 });
    // The test's own set of migrations, in a schema that starts without any.
    await sql`drop table schema_migrations`;
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    await sql.end();
    await database.drop();
  });

  const given = async (files: Record<string, string>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  };
  const run = (): Promise<readonly string[]> => migrate(database.url, { log: silent, folder });
  const has = async (table: string): Promise<boolean> => {
    const [row] = await sql`select to_regclass(${table}) is not null as found`;
    return row?.found === true;
  };

  it('are applied in order, once', async () => {
    await given({
      '0002-second.sql': 'alter table first add column more text;',
      '0001-first.sql': 'create table first (id int); create table other (id int);',
      'readme.txt': 'not SQL',
    });
    expect(await run()).to.deep.equal(['0001-first.sql', '0002-second.sql']);
    expect(await run()).to.deep.equal([]);
    await given({ '0003-third.sql': 'create table third (id int);' });
    expect(await run()).to.deep.equal(['0003-third.sql']);
  });

  it('are applied once by processes that start together', async () => {
    await given({
      '0001-first.sql': 'select pg_sleep(0.05); create table first (id int);',
      '0002-b.sql': 'create table b ();',
    });
    const applied = await Promise.all([run(), run(), run(), run()]);
    expect(applied.flat().sort()).to.deep.equal(['0001-first.sql', '0002-b.sql']);
  });

  it('are applied whole or not at all', async () => {
    await given({ '0001-first.sql': 'create table first (id int); select 1 / 0;' });
    expect(await outcome(run())).to.have.property('code', '22012');
    expect(await has('first')).to.equal(false);
    await given({ '0001-first.sql': 'create table first (id int);' });
    expect(await run()).to.deep.equal(['0001-first.sql']);
  });

  it('are refused when one was changed after it was applied', async () => {
    await given({ '0001-first.sql': 'create table first (id int);' });
    await run();
    await given({ '0001-first.sql': 'create table first (id bigint);', '0002-second.sql': 'create table second ();' });
    expect(String(await outcome(run()))).to.include('migration 0001-first.sql was changed after it was applied');
    expect(await has('second')).to.equal(false);
  });

  it('are refused when the database is newer, and when one comes too late', async () => {
    await given({ '0001-first.sql': 'create table first (id int);', '0003-third.sql': 'create table third ();' });
    await run();
    await sql`insert into schema_migrations (name, sha256) values ('0004-future.sql', '')`;
    expect(String(await outcome(run()))).to.match(/the database is newer.*0004-future\.sql/);
    await sql`delete from schema_migrations where name = '0004-future.sql'`;
    await given({ '0002-second.sql': 'create table second ();' });
    expect(String(await outcome(run()))).to.match(/0002-second\.sql comes too late, 0003-third\.sql/);
  });

  it('wait for a lock a little, let others pass, and try again', async () => {
    await sql`create table held ()`;
    await given({ '0001-first.sql': 'alter table held add more text;' });
    let release = (): void => undefined;
    let holding: Promise<unknown> = Promise.resolve();
    await new Promise<void>((isHeld) => {
      holding = sql.begin(async (tx) => {
        await tx`lock table held in access share mode`;
        isHeld();
        await new Promise<void>((resolve) => (release = resolve));
      });
    });
    const waits: unknown[] = [];
    const warn = (entry: unknown): void => {
      waits.push(entry);
      release();
    };
    expect(await migrate(database.url, { log: { info: () => undefined, warn }, folder })).to.deep.equal([
      '0001-first.sql',
    ]);
    await holding;
    expect(waits).to.deep.equal([{ attempt: 1 }]);
  });

  it('of the project have numbers of their own, and state purpose and lock level', async () => {
    const project = new URL('../../migrations/', import.meta.url).pathname;
    const names = (await readdir(project)).filter((name) => name.endsWith('.sql'));
    const numbers = names.map((name) => name.slice(0, 4));
    expect(new Set(numbers).size, numbers.join()).to.equal(numbers.length);
    for (const name of names) {
      expect(name).to.match(/^\d{4}-[a-z0-9-]+\.sql$/);
      expect(await readFile(join(project, name), 'utf8'), name).to.match(/^-- .*?\block/is);
    }
  });
});
