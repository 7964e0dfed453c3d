import { once, EventEmitter } from 'node:events';
import { expect } from 'chai';
import { openClient } from '../../src/platform/database-client.ts';
import type { Client, ClientOptions } from '../../src/platform/database-client.ts';
import { assertPostgresGuarded } from '../../src/platform/postgres-guard.ts';
import { testDatabase } from '../support/services.ts';
import type { TestDatabase } from '../support/services.ts';
import { outcome } from '../support/outcome.ts';

describe('the postgres driver with its patch', () => {
  let database: TestDatabase;
  let killer: Client;
  const opened: Client[] = [];
  const events = new EventEmitter();

  before(async () => {
    database = await testDatabase();
    killer = openClient(database.url, { max: 1 });
    await killer`create table written (by text)`;
  });

  after(async () => {
    await Promise.all([killer, ...opened].map((sql) => sql.end({ timeout: 1 })));
    await database.drop();
  });

  /** One connection, so that the next user of the driver gets the very connection that was lost. */
  const open = (options: ClientOptions = {}): Client => {
    const sql = openClient(database.url, { max: 1, onclose: () => events.emit('closed'), ...options });
    opened.push(sql);
    return sql;
  };

  /** Ends the session that `sql` runs in and returns when the driver has noticed. */
  const kill = async (pid: number): Promise<void> => {
    const closed = once(events, 'closed');
    await killer`select pg_terminate_backend(${pid})`;
    await closed;
  };

  const backend = async (sql: Pick<Client, 'unsafe'>): Promise<number> => {
    const [row] = await sql.unsafe<{ pid: number }[]>('select pg_backend_pid() as pid');
    return row!.pid;
  };

  it('rejects a transaction whose backend dies between two statements, and the process lives', async () => {
    const sql = open();
    const lost = await outcome(
      sql.begin(async (tx) => {
        await tx`insert into written values ('lost')`;
        await kill(await backend(tx));
        await tx`insert into written values ('lost')`;
      }),
    );
    expect(lost).to.have.property('code', 'CONNECTION_CLOSED');
    const [row] = await sql`select count(*)::int as n from written where by = 'lost'`;
    expect(row).to.deep.equal({ n: 0 });
  });

  it('rejects it also when the work fails by itself after the loss', async () => {
    const sql = open();
    const lost = await outcome(
      sql.begin(async (tx) => {
        await kill(await backend(tx));
        throw new Error('own');
      }),
    );
    expect(lost).to.be.instanceOf(Error);
    expect(await backend(sql)).to.be.greaterThan(0);
  });

  it('never runs a statement of a dead transaction inside the next one on that connection', async () => {
    const sql = open();
    const dead = outcome(
      sql.begin(async (tx) => {
        await kill(await backend(tx));
        await once(events, 'taken over');
        events.emit('late', await outcome(tx`insert into written values ('dead')`));
      }),
    );
    await once(events, 'closed');
    await sql.begin(async (tx) => {
      await tx`insert into written values ('next')`;
      const late = once(events, 'late') as Promise<unknown[]>;
      events.emit('taken over');
      expect((await late)[0]).to.have.property('code', 'CONNECTION_CLOSED');
    });
    await dead;
    const rows = await sql`select by from written where by in ('dead', 'next')`;
    expect([...rows]).to.deep.equal([{ by: 'next' }]);
  });

  it('settles every statement a lost transaction had queued, and the connection comes back', async () => {
    const sql = open();
    const statements: Promise<unknown>[] = [];
    await outcome(
      sql.begin(async (tx) => {
        const pid = await backend(tx);
        for (let i = 0; i < 20; i++) statements.push(outcome(tx`select pg_sleep(0.5), ${i}::int`));
        await kill(pid);
        await Promise.all(statements);
      }),
    );
    const settled = await Promise.all(statements);
    expect(settled).to.have.length(20);
    for (const error of settled) expect(error).to.be.instanceOf(Error);
    expect(await backend(sql)).to.be.greaterThan(0);
  });

  it('does not answer the first query of a new session with the error of the old one', async () => {
    const sql = open();
    const pid = await backend(sql);
    const running = outcome(sql`select pg_sleep(10)`);
    await kill(pid);
    // The system may report the end of the connection first, or its reset.
    expect(await running)
      .to.have.property('code')
      .that.is.oneOf(['CONNECTION_CLOSED', 'ECONNRESET']);
    expect(await backend(sql)).to.not.equal(pid);
  });

  it('reserves a connection for a transaction also at the end of a full pipeline', async () => {
    const sql = open();
    const pid = await backend(sql);
    const pipelined = Array.from({ length: 100 }, () => sql`select 1`.execute());
    expect(await sql.begin(async (tx) => backend(tx))).to.equal(pid);
    await Promise.all(pipelined);
  });

  it('gives a lost reserved connection up and uses it again', async () => {
    const sql = open();
    const reserved = await sql.reserve();
    await kill(await backend(reserved));
    expect(await outcome(reserved`select 1`)).to.have.property('code', 'CONNECTION_CLOSED');
    reserved.release();
    expect(await backend(sql)).to.be.greaterThan(0);
  });

  it('is not used without the patch', () => {
    expect(() => assertPostgresGuarded()).not.to.throw();
    expect(() => assertPostgresGuarded({})).to.throw(/lacks the patch.*npx patch-package/);
  });
});
