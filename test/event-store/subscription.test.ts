import { expect } from 'chai';
import { CheckpointError, loadCheckpoint } from '../../src/event-store/checkpoints.ts';
import type { RecordedEvent } from '../../src/event-store/event-store.ts';
import type { Subscriber, Transaction } from '../../src/event-store/subscriber.ts';
import { runSubscription } from '../../src/event-store/subscription.ts';
import { eventOf, logParts, until, type LogParts } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';

describe('a subscription', () => {
  let parts: LogParts;
  let running: { end(): Promise<void> }[] = [];

  beforeEach(async () => {
    parts = await logParts();
    await parts.database.query((sql) => sql`create table applied (n serial, id text, type text)`);
  });
  afterEach(async () => {
    await Promise.all(running.map((subscription) => subscription.end()));
    running = [];
    await parts.close();
  });

  const write = (sql: Transaction, events: readonly RecordedEvent[]) =>
    sql`insert into applied ${sql(events.map(({ id, type }) => ({ id, type })))}`;

  function subscriber(more: Partial<Subscriber> = {}): Subscriber {
    const apply = async (sql: Transaction, events: readonly RecordedEvent[]): Promise<void> => {
      await write(sql, events);
    };
    return { name: 'test', types: ['Wanted', 'Poison'], tables: ['applied'], apply, ...more };
  }

  function start(it: Subscriber): { end(): Promise<void> } {
    const abort = new AbortController();
    const done = runSubscription(it, parts, abort.signal);
    const subscription = {
      end: async () => {
        abort.abort();
        await done;
      },
    };
    running.push(subscription);
    return subscription;
  }

  const append = (count: number, type = 'Wanted') =>
    parts.store.append(
      `stream-${Math.random()}`,
      'no-stream',
      Array.from({ length: count }, () => eventOf(type)),
    );
  const applied = () => parts.database.query((sql) => sql<{ id: string }[]>`select id from applied order by n`);
  const checkpoint = async () => {
    const storeId = await parts.store.storeId();
    return await parts.database.query((sql) => loadCheckpoint(sql, 'test', storeId));
  };

  it('applies every event once and in order, across a restart', async () => {
    await append(3);
    const first = start(subscriber());
    await until(applied, (rows) => rows.length === 3);
    await first.end();
    await append(2);
    start(subscriber());
    await until(applied, (rows) => rows.length >= 5);
    const { position } = await append(1);
    await until(checkpoint, (at) => at >= position);
    const { events } = await parts.store.readAll({ after: 0n as never, limit: 100 });
    expect((await applied()).map((row) => row.id)).to.deep.equal(events.map((event) => event.id));
  });

  it('moves its checkpoint past events it does not want', async () => {
    start(subscriber());
    const { position } = await append(3, 'Unwanted');
    await until(checkpoint, (at) => at >= position);
    expect(await applied()).to.deep.equal([]);
  });

  it('applies nothing twice when two runners believe that they lead', async () => {
    const everyoneLeads = {
      ...parts,
      lead: (_: string, signal: AbortSignal, work: (s: AbortSignal) => Promise<void>) => work(signal),
    };
    const abort = new AbortController();
    const both = [1, 2].map(() => runSubscription(subscriber(), everyoneLeads, abort.signal));
    for (let round = 0; round < 20; round += 1) await append(5);
    await until(applied, (rows) => rows.length >= 100);
    const { position } = await append(1);
    await until(checkpoint, (at) => at >= position);
    abort.abort();
    await Promise.all(both);
    const rows = await applied();
    expect(rows.length).to.equal(101);
    expect(new Set(rows.map((row) => row.id)).size).to.equal(101);
  });

  it('leaves nothing of a batch whose checkpoint was not stored', async () => {
    let interrupted = false;
    const failsOnce: Subscriber['apply'] = async (sql, events) => {
      await write(sql, events);
      if (interrupted) return;
      interrupted = true;
      await sql`select pg_terminate_backend(pg_backend_pid())`;
    };
    await append(4);
    start(subscriber({ apply: failsOnce }));
    await until(applied, (rows) => rows.length >= 4);
    const { position } = await append(1);
    await until(checkpoint, (at) => at >= position);
    expect((await applied()).length).to.equal(5);
  });

  it('parks an event that cannot be applied and goes on with the others', async () => {
    const chokes: Subscriber['apply'] = async (sql, events) => {
      await write(sql, events);
      if (events.some((event) => event.type === 'Poison')) throw new Error('cannot digest this');
    };
    await append(2);
    const poison = await append(1, 'Poison');
    await append(2);
    start(subscriber({ apply: chokes }));
    await until(applied, (rows) => rows.length >= 4);
    const parked = await parts.database.query(
      (sql) => sql<{ position: bigint; type: string; error: string }[]>`select position, type, error from parked_event`,
    );
    expect(parked).to.have.length(1);
    expect(parked[0]).to.include({ position: poison.position, type: 'Poison' });
    expect(parked[0]?.error).to.include('cannot digest this');
    expect((await applied()).length).to.equal(4);
  });

  it('refuses the checkpoint of another log', async () => {
    await parts.database.query((sql) => loadCheckpoint(sql, 'test', '00000000-0000-4000-8000-000000000000'));
    const storeId = await parts.store.storeId();
    const refusal = await outcome(parts.database.query((sql) => loadCheckpoint(sql, 'test', storeId)));
    expect(refusal).to.be.instanceOf(CheckpointError);
    expect(String(refusal)).to.include('pve projections rebuild test');
  });
});
