import { expect } from 'chai';
import { holdLeadership } from '../../src/platform/advisory-lock.ts';
import { openClient } from '../../src/platform/database-client.ts';
import type { Client } from '../../src/platform/database-client.ts';
import { testDatabase } from '../support/services.ts';
import type { TestDatabase } from '../support/services.ts';
import { silent } from '../support/silent-log.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

describe('leadership', () => {
  let database: TestDatabase;
  let sql: Client;

  before(async () => {
    database = await testDatabase();
    sql = openClient(database.url, { max: 1 });
  });

  after(async () => {
    await sql.end();
    await database.drop();
  });

  /** Candidates for one key that note who leads, and how many at a time. */
  const election = (key: string) => {
    const leaders: string[] = [];
    const terms: string[] = [];
    const candidate = (name: string, url = database.url) => {
      const stop = new AbortController();
      const onLeader = async (signal: AbortSignal): Promise<void> => {
        leaders.push(name);
        terms.push(name);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        leaders.splice(leaders.indexOf(name), 1);
      };
      const done = holdLeadership({ url, key, signal: stop.signal, onLeader, log: silent });
      const resign = async (): Promise<void> => {
        stop.abort();
        await done;
      };
      return { resign };
    };
    return { candidate, leaders, terms };
  };

  const isFree = async (key: string): Promise<boolean> => {
    const [row] = await sql`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as free`;
    return row?.free === true;
  };

  /** How many candidates have an answer to their try. */
  const tried = async (key: string): Promise<number> => {
    const [row] = await sql`
      select count(*)::int as n from pg_stat_activity
      where application_name = ${`pve-leader ${key}`} and state = 'idle' and query ~ 'pg_try_advisory_lock|select 1'`;
    return (row as { n: number }).n;
  };

  it('is held by one at a time and passes on when given up', async () => {
    const { candidate, leaders } = election('one');
    const a = candidate('a');
    await until(() => leaders.length > 0);
    const b = candidate('b');
    const other = election('another key');
    const c = other.candidate('c');
    await until(() => other.leaders.length > 0);
    while ((await tried('one')) < 2);
    expect(leaders).to.deep.equal(['a']);
    await a.resign();
    await until(() => leaders.length > 0);
    expect(leaders).to.deep.equal(['b']);
    await Promise.all([b.resign(), c.resign()]);
    expect(leaders).to.deep.equal([]);
  });

  it('ends with its connection and is taken again', async () => {
    const { candidate, leaders, terms } = election('lost');
    const a = candidate('a');
    await until(() => leaders.length > 0);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pve-leader lost'`;
    await until(() => leaders.length === 0);
    await until(() => terms.length === 2);
    await a.resign();
  });

  it('ends on a network that is dead without a word', async () => {
    const proxy = await tcpProxy(database.url);
    const { candidate, leaders } = election('silent');
    const a = candidate('a', proxy.url);
    await until(() => leaders.length > 0);
    proxy.freeze();
    await until(() => leaders.length === 0);
    await a.resign();
    await proxy.close();
  });

  it('is given back when the work of a term fails, and tried for again', async () => {
    const stop = new AbortController();
    let terms = 0;
    const onLeader = (): Promise<void> => {
      terms++;
      return Promise.reject(new Error('own'));
    };
    const done = holdLeadership({ url: database.url, key: 'failing', signal: stop.signal, onLeader, log: silent });
    await until(() => terms === 2);
    // Free between two terms; from then on it is this test's.
    while (!(await isFree('failing')));
    stop.abort();
    await done;
  });
});

/** Waits for a condition that other work of this process brings about; mocha's timeout is the deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
