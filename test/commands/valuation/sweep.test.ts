import { expect } from 'chai';
import { runSweep, sweepBacklog } from '../../../src/commands/valuation/sweep.ts';
import { migrateQueue, openQueue, type ValuationJob, type ValuationQueue } from '../../../src/platform/queue.ts';
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
    expect(done.findIndex((job) => job.class === 'batch')).to.be.at.least(1440 - 16);
    expect(done[0]).to.include({
      characterKey: 'c00161',
      characterName: 'C161',
      through: '161',
      correlationId: 'test',
    });
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
});
