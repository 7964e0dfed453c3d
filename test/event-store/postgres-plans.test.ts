import { expect } from 'chai';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Database } from '../../src/platform/database.ts';
import { START } from '../../src/event-store/event-store.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';
import { newEvents, unique } from '../contract/fixtures.ts';
import { testDatabase } from '../support/services.ts';

/** Rows that scans of the whole table have read so far. */
async function rowsScanned(database: Database): Promise<number> {
  const [row] = await database.query(
    (sql) => sql<{ n: number }[]>`
    select pg_stat_get_tuples_returned('events'::regclass)::int as n, pg_stat_force_next_flush()`,
  );
  return row!.n;
}

/** Entries of indexes of the log that have been read so far. */
async function entriesRead(database: Database): Promise<number> {
  await database.query((sql) => sql`select pg_stat_force_next_flush()`);
  const [row] = await database.query(
    (sql) => sql<{ n: number }[]>`
    select sum(idx_tup_read)::int as n from pg_stat_user_indexes where relname = 'events'`,
  );
  return row!.n;
}

/** Every statement of the store, often enough that PostgreSQL keeps its plan. */
async function exercise(store: EventStore): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const stream = unique('exercise');
    await store.append(stream, 'no-stream', newEvents(2));
    await store.append(stream, 1, newEvents(1));
    await store.append(stream, 'no-stream', newEvents(1)).catch(() => undefined);
    await store.readStream(stream);
    await store.readStream(stream, 1, 1);
    await store.readLast(stream);
    const head = await store.head();
    await store.readAll({ after: START, limit: 10 });
    await store.readAll({ after: head, limit: 10, types: ['Tested', 'Never'] });
    await store.readAll({ after: START, limit: 10, types: ['Never'] });
  }
}

describe('postgres: plans', () => {
  it('never reads the whole log, though all plans were made while it was tiny', async function () {
    this.timeout(60_000);
    const server = await testDatabase();
    // One connection, so that the plans made on the tiny table are the ones used on the large one.
    const database = openDatabase({ url: server.url, applicationName: 'plans', poolSize: 1, maxPoolSize: 1 });
    const store = createPostgresEventStore({ database });
    await exercise(store);
    await database.query((sql) => sql`analyze events`);
    await exercise(store);
    for (let i = 0; i < 40; i++) await store.append(unique('bulk'), 'no-stream', newEvents(500));
    const before = await rowsScanned(database);
    await exercise(store);
    expect((await rowsScanned(database)) - before).to.be.lessThan(100);
    await database.close();
    await server.drop();
  });

  it('looks for rare types without walking the frequent one, though the planner knows of no other', async function () {
    this.timeout(60_000);
    const server = await testDatabase();
    const database = openDatabase({ url: server.url, applicationName: 'plans', poolSize: 1, maxPoolSize: 1 });
    const store = createPostgresEventStore({ database });
    for (let i = 0; i < 10; i++) await store.append(unique('bulk'), 'no-stream', newEvents(500));
    await database.query((sql) => sql`analyze events`);
    await store.head();
    const before = await entriesRead(database);
    const slice = await store.readAll({ after: START, limit: 10, types: ['Tested', 'Never', 'Nor this'] });
    expect(slice.events).to.have.length(10);
    expect((await entriesRead(database)) - before).to.be.lessThan(100);
    await database.close();
    await server.drop();
  });
});
