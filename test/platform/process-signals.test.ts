import { expect } from 'chai';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { forgetSilentProcesses, publishReadSignal, slowestReadP99 } from '../../src/platform/process-signals.ts';
import { testDatabase, type TestDatabase } from '../support/services.ts';

describe('what processes say of their reads', () => {
  let test: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    test = await testDatabase();
    database = openDatabase({ url: test.url, applicationName: 'test', poolSize: 2 });
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const publish = (processId: string, readP99Ms: number) =>
    database.query((sql) => publishReadSignal(sql, { processId, readP99Ms }));
  const slowest = () => database.query(slowestReadP99);
  const age = (processId: string, seconds: number) =>
    database.query(
      (sql) =>
        sql`update process_signal set at = at - ${seconds} * interval '1 second' where process_id = ${processId}`,
    );
  const processes = async () =>
    (await database.query((sql) => sql<{ id: string }[]>`select process_id as id from process_signal order by 1`)).map(
      ({ id }) => id,
    );

  it('is what the slowest says now', async () => {
    expect(await slowest()).to.equal(undefined);
    await publish('a', 12.5);
    await publish('b', 400);
    expect(await slowest()).to.equal(400);
    await publish('b', 20);
    expect(await slowest()).to.equal(20);
  });

  it('is not known of who has said nothing for five seconds', async () => {
    await publish('a', 12);
    await publish('b', 400);
    await age('b', 4);
    expect(await slowest()).to.equal(400);
    await age('b', 1);
    expect(await slowest()).to.equal(12);
    await age('a', 5);
    expect(await slowest()).to.equal(undefined);
    await publish('b', 300);
    expect(await slowest()).to.equal(300);
  });

  it('is forgotten of who has said nothing for a minute', async () => {
    await publish('gone', 12);
    await publish('quiet', 12);
    await age('gone', 61);
    await age('quiet', 50);
    await database.query(forgetSilentProcesses);
    expect(await processes()).to.deep.equal(['quiet']);
  });
});
