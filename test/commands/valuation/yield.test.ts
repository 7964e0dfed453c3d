import { expect } from 'chai';
import { createYield } from '../../../src/commands/valuation/yield.ts';
import { createLiveSignals } from '../../../src/commands/yielding/live-signals.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { publishReadSignal } from '../../../src/platform/process-signals.ts';
import { logParts, type LogParts } from '../../support/log-parts.ts';

describe('a worker that yields', () => {
  let parts: LogParts;
  let errors: number;
  let concurrency: number[];
  let look: () => Promise<void>;
  beforeEach(async () => {
    parts = await logParts();
    errors = 0;
    concurrency = [];
    look = yielding(parts.database);
  });
  afterEach(() => parts.close());

  function yielding(database: LogParts['database']): () => Promise<void> {
    const worker = { setConcurrency: (jobs: number) => concurrency.push(jobs) };
    const signals = createLiveSignals({ database, upstreamErrorRatio: () => errors });
    parts.metrics.registry.clear();
    return createYield({ worker, concurrency: 8, signals, registry: parts.metrics.registry });
  }
  async function looks(count: number): Promise<number[]> {
    concurrency = [];
    for (let time = 0; time < count; time += 1) await look();
    return concurrency;
  }
  const publish = (readP99Ms: number) =>
    parts.database.query((sql) => publishReadSignal(sql, { processId: 'an api', readP99Ms }));
  const silence = () => parts.database.query((sql) => sql`update process_signal set at = at - interval '5 seconds'`);
  const gauge = async () => /^pve_worker_concurrency (\d+)$/m.exec(await parts.metrics.registry.metrics())?.[1];

  it('works on all that it may at a time while nobody reads, or reads are quick', async () => {
    expect(await gauge()).to.equal('8');
    expect(await looks(2)).to.deep.equal([8, 8]);
    await publish(250);
    expect(await looks(2)).to.deep.equal([8, 8]);
  });

  it('works on half as many with each look while reads are slow, and on one more with each when they no longer are', async () => {
    await publish(251);
    expect(await looks(5)).to.deep.equal([4, 2, 1, 1, 1]);
    expect(await gauge()).to.equal('1');
    await publish(20);
    expect(await looks(3)).to.deep.equal([2, 3, 4]);
    expect(await gauge()).to.equal('4');
  });

  it('works on more again when nobody says any more that reads are slow', async () => {
    await publish(5000);
    expect(await looks(2)).to.deep.equal([4, 2]);
    await silence();
    expect(await looks(8)).to.deep.equal([3, 4, 5, 6, 7, 8, 8, 8]);
  });

  it('yields to a game API of whose calls one in twenty fails', async () => {
    errors = 0.05;
    expect(await looks(2)).to.deep.equal([4, 2]);
    errors = 0.049;
    expect(await looks(1)).to.deep.equal([3]);
  });

  it('takes a database that is too busy to tell, or away, for one that makes readers wait', async () => {
    const options = { applicationName: 'test', poolSize: 5 };
    const away = openDatabase({ ...options, url: 'postgres://nobody@127.0.0.1:1/nothing' });
    look = yielding(away);
    expect(await looks(1)).to.deep.equal([4]);
    await away.close();
  });
});
