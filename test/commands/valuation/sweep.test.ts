import { expect } from 'chai';
import { runSweep, sweepBacklog } from '../../../src/commands/valuation/sweep.ts';
import { migrateQueue, openQueue, type ValuationJob, type ValuationQueue } from '../../../src/platform/queue.ts';
import { findPendingWork, listBacklog } from '../../../src/platform/read-models/backlog.ts';
import { REPLAY_LOCK } from '../../../src/platform/read-models/replay.ts';
import { trySessionLock } from '../../../src/platform/session-lock.ts';
import { logParts, until, type LogParts } from '../../support/log-parts.ts';
import { silent } from '../../support/silent-log.ts';

describe('the sweep of the backlog', () => {
  let parts: LogParts;
  let queue: ValuationQueue;
  let held: boolean;
  let release: (() => void) | undefined;
  beforeEach(async () => {
    parts = await logParts();
    const backend = { databaseUrl: parts.url };
    await migrateQueue(backend);
    queue = openQueue(backend, silent);
    await queue.ping();
    held = false;
  });
  afterEach(async () => {
    await queue.close();
    await parts.close();
  });

  const circuit = {
    held: () => held,
    onHeld: (listener: (now: boolean) => void) => {
      release = () => {
        held = false;
        listener(false);
      };
      return () => undefined;
    },
  };
  const { signal } = new AbortController();
  const sweep = () => sweepBacklog({ ...parts, queue, circuit }, signal);

  /** So many characters with work pending: the first tenth, which waits longest, is batch work. */
  const fill = (characters: number) =>
    parts.database.query(
      (sql) => sql`
      insert into backlog_view
      select 'c' || lpad(n::text, 5, '0'), 'C' || n, case when n <= ${characters / 10} then 'batch' else 'interactive' end,
             'test', n, now(), now() - interval '1 day' + n * interval '1 second'
      from generate_series(1, ${characters}::int) n`,
    );
  async function workAll(characters: number): Promise<ValuationJob[]> {
    const done: ValuationJob[] = [];
    const worker = queue.work(({ job }) => Promise.resolve(void done.push(job)), 16);
    await until(
      () => Promise.resolve(done.length),
      (count) => count >= characters,
    );
    await worker.stop();
    return done;
  }

  it('queues the whole backlog in pages, as the workers get through, interactive first', async () => {
    await fill(1600);
    const swept = sweep();
    await until(
      () => queue.waiting(),
      (jobs) => jobs >= 500,
    );
    // Each question is a round trip: time enough for a sweep that does not wait.
    for (let question = 0; question < 100; question += 1) expect(await queue.waiting()).to.equal(500);
    const done = await workAll(1600);
    expect(await swept).to.equal(1600);
    expect(new Set(done.map((job) => job.characterKey)).size).to.equal(1600);
    // Sixteen are worked on at a time, and may end in another order than they began.
    expect(done.findIndex((job) => Number(job.through) <= 160)).to.be.at.least(1440 - 16);
    expect(done[0]).to.include({
      characterKey: 'c00161',
      characterName: 'C161',
      through: '161',
      correlationId: 'test',
    });
  });

  it('queues what has waited for long behind those who ask now', async () => {
    await fill(100);
    await parts.database.query(
      (sql) => sql`update backlog_view set pending_since = now() - interval '20 seconds' where through > 98`,
    );
    await sweep();
    const [old] = await parts.database.query((sql) => listBacklog(sql, { after: undefined, limit: 1 }));
    if (old === undefined) throw new Error('nothing is pending');
    await queue.add([{ ...old.job, characterKey: 'asks-now', class: 'interactive' }]);
    const done = await workAll(101);
    // Sixteen are worked on at a time.
    const first = done.slice(0, 3 + 16).map((job) => job.characterKey);
    expect(first).to.include.members(['c00099', 'c00100', 'asks-now']);
    expect(done.filter((job) => job.class === 'batch')).to.have.length(98);
  });

  it('queues nothing twice', async () => {
    await fill(100);
    await sweep();
    await sweep();
    expect(await queue.waiting()).to.equal(100);
  });

  it('queues nothing while the upstream is held, and all of it at once when it is back', async () => {
    await fill(20);
    held = true;
    const end = new AbortController();
    const running = runSweep({ ...parts, queue, circuit }, end.signal);
    expect(await sweep()).to.equal(0);
    expect(await queue.waiting()).to.equal(0);
    release?.();
    await until(
      () => queue.waiting(),
      (jobs) => jobs === 20,
    );
    end.abort();
    await running;
  });

  it('forgets what processes said that are gone', async () => {
    const processes = () => parts.database.query((sql) => sql`select process_id from process_signal`);
    await parts.database.query(
      (sql) => sql`
        insert into process_signal values ('gone', 20, now() - interval '1 day'), ('here', 20, now())`,
    );
    const end = new AbortController();
    const running = runSweep({ ...parts, queue, circuit }, end.signal);
    expect([...(await until(processes, (rows) => rows.length < 2))]).to.deep.equal([{ process_id: 'here' }]);
    end.abort();
    await running;
  });

  it('leaves alone what a run has to itself: while it is paused, or a process coordinates it', async () => {
    await fill(20);
    const status = (now: string) => parts.database.query((sql) => sql`update replay_view set status = ${now}`);
    const sweptNow = async () => {
      await sweep();
      return await queue.waiting();
    };
    await parts.database.query(
      (sql) => sql`
        insert into replay_view (id, position, status, mark, plan, state, planned_at, changed_at)
        values (gen_random_uuid(), 21, 'paused', 15, '{}', '{}', now(), now())`,
    );
    expect(await sweptNow()).to.equal(5);
    await status('running');
    const lock = await trySessionLock(parts.url, REPLAY_LOCK);
    expect(await trySessionLock(parts.url, REPLAY_LOCK)).to.equal(undefined);
    expect(await sweptNow()).to.equal(5);
    await lock?.release();
    expect(await sweptNow()).to.equal(20);
  });

  it('tells a job of a run’s work from one of a character with newer requests', async () => {
    await fill(20);
    await parts.database.query(
      (sql) => sql`
        insert into replay_view (id, position, status, mark, plan, state, planned_at, changed_at)
        values (gen_random_uuid(), 21, 'paused', 15, '{}', '{}', now(), now())`,
    );
    const requestedAt = '2026-11-22T00:00:00Z';
    const heldBack = async (characterKey: string, through: bigint) => {
      const job = { characterKey, through: String(through), requestedAt };
      return (await parts.database.query((sql) => findPendingWork(sql, job))).heldBack;
    };
    expect(await heldBack('c00015', 15n)).to.equal(true);
    expect(await heldBack('c00016', 15n)).to.equal(false);
    expect(await heldBack('settled', 15n)).to.equal(true);
    expect(await heldBack('new', 16n)).to.equal(false);
    await parts.database.query((sql) => sql`delete from replay_view`);
    expect(await heldBack('c00015', 15n)).to.equal(false);
  });

  it('tells a job of the requests that have become known while it waited', async () => {
    await fill(20);
    const job = { characterKey: 'c00015', requestedAt: '2026-11-22T00:00:00Z' };
    const work = (through: string) => parts.database.query((sql) => findPendingWork(sql, { ...job, through }));
    const [row] = await parts.database.query(
      (sql) => sql`select requested_at from backlog_view where character_key = 'c00015'`,
    );
    const newer = await work('7');
    expect(newer.through).to.equal('15');
    expect(new Date(newer.requestedAt)).to.deep.equal(row?.requested_at);
    expect(await work('15')).to.deep.equal({ through: '15', requestedAt: job.requestedAt, heldBack: false });
    expect(await work('16')).to.deep.equal({ through: '16', requestedAt: job.requestedAt, heldBack: false });
  });

  it('takes back what a run has left', async () => {
    await fill(20);
    await parts.database.query(
      (sql) => sql`
        insert into replay_view (id, position, status, mark, plan, state, planned_at, changed_at)
        values (gen_random_uuid(), 21, 'cancelled', 15, '{}', '{}', now(), now())`,
    );
    await sweep();
    expect(await queue.waiting()).to.equal(20);
  });
});
