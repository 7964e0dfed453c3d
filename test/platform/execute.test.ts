import { expect } from 'chai';
import { createExecutor, type Executor } from '../../src/platform/execute.ts';
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts';
import { until } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';
import { silent } from '../support/silent-log.ts';

describe('the execution wrapper', () => {
  let metrics: Metrics;
  let execute: Executor;
  beforeEach(() => {
    metrics = createMetrics();
    execute = createExecutor(silent, metrics);
  });

  const failing = () => Promise.reject(new Error('broken'));
  const count = async (name: string) => {
    const text = await metrics.registry.getSingleMetricAsString(name);
    return [...text.matchAll(/^[^#].*? (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  };
  const handled = () => count('pve_handled_failures_total');

  it('gives the result and times it by name and outcome', async () => {
    expect(await execute('work', () => Promise.resolve(7))).to.equal(7);
    await outcome(execute('work', failing));
    const text = await metrics.registry.getSingleMetricAsString('pve_execution_duration_seconds');
    expect(text)
      .to.include('_count{name="work",outcome="ok"} 1')
      .and.to.include('_count{name="work",outcome="failed"} 1');
  });

  it('throws a failure on as it is, or translated', async () => {
    expect(String(await outcome(execute('work', failing)))).to.equal('Error: broken');
    const translate = (error: unknown) => new TypeError(`translated: ${String(error)}`);
    expect(await outcome(execute('work', failing, { translate }))).to.be.instanceOf(TypeError);
  });

  it('answers a default instead, and counts that it did', async () => {
    expect(await execute<number>('work', failing, { orDefault: 3 })).to.equal(3);
    expect(await execute<number | null>('work', failing, { orDefault: null })).to.equal(null);
    expect(await handled()).to.equal(2);
  });

  it('recovers from the failure with its reason', async () => {
    const recover = (error: unknown) => Promise.resolve(String(error));
    expect(await execute('work', failing, { recover })).to.equal('Error: broken');
  });

  it('runs the last step whatever happens', async () => {
    let runs = 0;
    const last = {
      finally: () => {
        runs += 1;
      },
    };
    await execute('work', () => Promise.resolve(), last);
    await outcome(execute('work', failing, last));
    expect(runs).to.equal(2);
  });

  it('owns work that nobody awaits: a failure is counted, not thrown', async () => {
    execute.owned('work', failing);
    expect(await until(handled, (n) => n > 0)).to.equal(1);
  });
});
