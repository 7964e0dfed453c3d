import { expect } from 'chai';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { createToken } from '../../src/platform/tokens.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { eventOf, until } from '../support/log-parts.ts';
import { runPve } from '../support/pve-process.ts';

interface Standing {
  readonly head: string;
  readonly projections: readonly { name: string; behind: string; parked: number }[];
}

/** Streams that a later version of the program has written, with events that this one cannot read. */
const FROM_THE_FUTURE = {
  'request-poison': 'ValuationRequested',
  'valuation-poison': 'ValuationSettled',
  'snapshot-poison': 'SnapshotRecorded',
  'expectation-poison': 'ExpectationCalculated',
};
const PARKED = { backlog: 40, settlement: 20, expectation: 40, expectation_history: 20 };

describe('events that no projection can read', function () {
  this.timeout(60_000);
  let application: TestApplication;
  let database: Database;
  let bearer: Record<string, string>;
  before(async () => {
    application = await testApplication();
    database = openDatabase({ url: application.databaseUrl, applicationName: 'test', poolSize: 2 });
    bearer = { authorization: `Bearer ${await database.query((sql) => createToken(sql, 'test', 'operator'))}` };
  });
  after(async () => {
    await database.close();
    await application.stop();
  });

  const standing = async () =>
    json<Standing>(await application.fetch('/api/v4/admin/projections', { headers: bearer }));
  const valued = async (name: string) =>
    (await application.fetch(`/api/v4/characters/${name}/expectation?wait=20`)).status;

  it('are parked by their streams, while everybody else is valued and no projection lags', async () => {
    const store = createPostgresEventStore({ database, url: application.databaseUrl });
    const poison = async (): Promise<void> => {
      for (let revision = 0; revision < 20; revision += 1) {
        for (const [stream, type] of Object.entries(FROM_THE_FUTURE))
          await store.append(stream, revision === 0 ? 'no-stream' : revision - 1, [
            { ...eventOf(type), schemaVersion: 99 },
          ]);
      }
    };
    const names = Array.from({ length: 20 }, (_, n) => `load-003${String(n).padStart(2, '0')}`);
    const [statuses] = await Promise.all([Promise.all(names.map(valued)), poison()]);
    await store.close();
    expect(statuses).to.deep.equal(names.map(() => 200));
    const { projections } = await until(standing, (it) => it.projections.every(({ behind }) => behind === '0'));
    expect(Object.fromEntries(projections.map(({ name, parked }) => [name, parked]))).to.deep.equal(PARKED);
  });

  it('show up with their error on the command line, and stay parked when they are retried too early', async () => {
    const environment = { DATABASE_URL: application.databaseUrl };
    const listed = await runPve(['projections', 'parked', 'expectation', '--json'], environment);
    const [key, ...others] = JSON.parse(listed.stdout) as { key: string; events: number; error: string }[];
    expect(others).to.deep.equal([]);
    expect(key).to.include({ key: 'poison', events: PARKED.expectation });
    expect(key?.error).to.include('version 99');
    const retried = await runPve(['projections', 'retry', 'expectation'], environment);
    expect(retried.code).to.equal(1);
    expect(retried.stdout).to.include('poison: 0 applied, then SnapshotRecorded version 99');
  });

  it('are all retried, however many streams they are of', async () => {
    const store = createPostgresEventStore({ database, url: application.databaseUrl });
    const streams = Array.from({ length: 205 }, (_, n) => `snapshot-poison-${String(n).padStart(3, '0')}`);
    await store.appendMany(
      streams.map((stream) => ({
        stream,
        expectedRevision: 'no-stream' as const,
        events: [{ ...eventOf('SnapshotRecorded'), schemaVersion: 99 }],
      })),
    );
    await store.close();
    await until(standing, (it) => it.projections.every(({ behind }) => behind === '0'));
    const environment = { DATABASE_URL: application.databaseUrl };
    const listed = await runPve(['projections', 'parked', 'expectation', '--json'], environment);
    const keys = (JSON.parse(listed.stdout) as { key: string }[]).map(({ key }) => key);
    expect(keys).to.have.length(206);
    const retried = await runPve(['projections', 'retry', 'expectation'], environment);
    expect(retried.stdout.trimEnd().split('\n')).to.have.length(206);
  });
});
