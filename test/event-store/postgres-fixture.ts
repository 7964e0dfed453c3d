import type { EventStore, NewEvent, Position, RecordedEvent } from '../../src/event-store/event-store.ts';
import { appendEvents } from '../../src/event-store/postgres/append-events.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Database } from '../../src/platform/database.ts';
import type { Client } from '../../src/platform/database-client.ts';
import { testDatabase } from '../support/services.ts';

/** A log of its own and the means to write to it by hand, as transactions that end when the test says so. */
export interface PostgresLog {
  readonly url: string;
  readonly database: Database;
  /** Another store on the same log, as another process would have it; a deaf one hears no wake-ups. */
  openStore(options?: { deaf: boolean }): EventStore;
  dispose(): Promise<void>;
}

export async function openPostgresLog(): Promise<PostgresLog> {
  const { url, ...server } = await testDatabase();
  const databases: Database[] = [];
  const stores: EventStore[] = [];
  const open = (poolSize: number) => {
    const database = openDatabase({ url, applicationName: 'test', poolSize, noticeNesting: true });
    databases.push(database);
    return database;
  };
  return {
    url,
    database: open(30),
    openStore: ({ deaf } = { deaf: false }) => {
      const store = createPostgresEventStore({ database: open(4), ...(deaf ? {} : { url }) });
      stores.push(store);
      return store;
    },
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await Promise.all(databases.map((database) => database.close()));
      await server.drop();
    },
  };
}

/** A transaction that has appended and stays open. */
export interface OpenAppend {
  readonly position: Position;
  readonly pid: number;
  /** Ends it and waits for the end. A killed one may only be awaited by `ended`. */
  commit(): Promise<void>;
  rollBack(): Promise<void>;
  readonly ended: Promise<void>;
}

class RolledBack extends Error {}

/** Appends inside a transaction and leaves it open. */
export async function appendAndHold(database: Database, stream: string, events: NewEvent[]): Promise<OpenAppend> {
  let end: (commits: boolean) => void = () => undefined;
  const decided = new Promise<boolean>((resolve) => (end = resolve));
  let ended = Promise.resolve();
  const appended = new Promise<{ position: Position; pid: number }>((resolve, reject) => {
    ended = database.transaction(async (sql) => {
      const position = await appendInTransaction(sql, stream, events);
      const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      resolve({ position, pid: row!.pid });
      if (!(await decided)) throw new RolledBack();
    });
    ended.catch(reject);
  });
  const finish = async (commits: boolean) => {
    end(commits);
    await ended.catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  };
  const { position, pid } = await appended;
  return { position, pid, ended, commit: () => finish(true), rollBack: () => finish(false) };
}

/** Appends to a new stream with the product's own statement, inside a transaction of the test. */
export async function appendInTransaction(sql: unknown, stream: string, events: NewEvent[]): Promise<Position> {
  const entry = { stream, expectedRevision: 'no-stream' as const, events };
  const [position] = await appendEvents(sql as Client, [entry]);
  if (position === undefined) throw new Error('the append was refused');
  return position;
}

/** The control: a reader that takes a sequence for an order, and reads what lies behind the last position it saw. */
export async function readNaively(database: Database, after: Position): Promise<readonly RecordedEvent[]> {
  return database.query(
    (sql) => sql<RecordedEvent[]>`
    select position, id from events where position > ${after} order by position`,
  );
}
