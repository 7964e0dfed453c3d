import { expect } from 'chai';
import { Budget, type BudgetLimits } from '../../../src/commands/upstream/budget.ts';
import { holdCalls, leaseCalls } from '../../../src/commands/upstream/lease-calls.ts';
import { openDatabase, type Database } from '../../../src/platform/database.ts';
import { outcome } from '../../support/outcome.ts';
import { testDatabase, type TestDatabase } from '../../support/services.ts';

const KST_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;

describe('the budget of upstream calls', () => {
  let test: TestDatabase;
  let processes: Database[];
  let provider = 0;

  before(async () => {
    test = await testDatabase();
    processes = [1, 2].map(() => openDatabase({ url: test.url, applicationName: 'test', poolSize: 5 }));
  });
  after(async () => {
    await Promise.all(processes.map((database) => database.close()));
    await test.drop();
  });
  beforeEach(() => (provider += 1));

  /** The budget as one process sees it; each test has a provider of its own. */
  function budgetOf(process: number, limits: BudgetLimits, share = 1) {
    const left: number[] = [];
    const budget = new Budget({
      provider: String(provider),
      limits: () => limits,
      share: () => share,
      lease: (request) => leaseCalls(processes[process]!, request),
      now: () => performance.now(),
      onLeft: (calls) => left.push(calls),
    });
    const take = (more: { class?: 'interactive' | 'batch'; maxWaitMs?: number; signal?: AbortSignal } = {}) =>
      budget.take({ class: 'interactive', maxWaitMs: 10_000, signal: undefined, ...more });
    return { take, left };
  }
  const deferred = { name: 'DeferredError', reason: 'budget' };

  it('is never exceeded in any second, by two processes together', async () => {
    const limits = { perSecond: 20, perDay: 1000 };
    const begun: number[] = [];
    const calls = [0, 1].flatMap((process) => {
      const { take } = budgetOf(process, limits);
      return Array.from({ length: 20 }, () => take().then(() => begun.push(performance.now())));
    });
    await Promise.all(calls);
    begun.sort((a, b) => a - b);
    // The 20th call after any call begins a second later; timers of this process may be a few ms late.
    for (const [index, at] of begun.entries()) {
      const next = begun[index + 20];
      if (next !== undefined) expect(next - at).to.be.greaterThan(950);
    }
    expect(begun.at(-1)! - begun[0]!).to.be.within(1900, 3500);
  });

  it('gives no moment away twice, however many ask at once', async () => {
    const request = { provider: String(provider), wanted: 1, spacingMs: 0.001, aheadMs: 1000, dayLimit: 1000 };
    const leases = await Promise.all(
      Array.from({ length: 200 }, (_, index) => leaseCalls(processes[index % 2]!, request)),
    );
    expect(new Set(leases.map((lease) => lease.usedToday)).size).to.equal(200);
  });

  it('is used in part only on the ramp', async () => {
    const { take } = budgetOf(0, { perSecond: 100, perDay: 1000 }, 0.1);
    const before = performance.now();
    await Promise.all([take(), take(), take(), take()]);
    expect(performance.now() - before).to.be.within(290, 900);
  });

  it('puts off at once who would wait too long', async () => {
    const { take } = budgetOf(0, { perSecond: 1, perDay: 1000 });
    await take();
    await take();
    const before = performance.now();
    expect(await outcome(take({ maxWaitMs: 100 }))).to.include(deferred);
    expect(performance.now() - before).to.be.lessThan(400);
  });

  it('ends with the day, of UTC+9, and says when the next one begins', async () => {
    const { take, left } = budgetOf(0, { perSecond: 500, perDay: 3 });
    await Promise.all([take(), take(), take()]);
    const error = await outcome(take());
    expect(error).to.include(deferred);
    expect(left.at(-1)).to.equal(0);
    const toMidnight = DAY_MS - ((Date.now() + KST_OFFSET_MS) % DAY_MS);
    expect((error as { retryAfterMs: number }).retryAfterMs).to.be.closeTo(toMidnight, 5000);
    await processes[0]!.query((sql) => sql`update upstream_budget set day = day - 1`);
    await take();
    expect(left.at(-1)).to.equal(2);
  });

  it('keeps a fifth of the day for those who wait for an answer', async () => {
    const { take } = budgetOf(0, { perSecond: 500, perDay: 10 });
    for (let call = 0; call < 8; call += 1) await take({ class: 'batch' });
    expect(await outcome(take({ class: 'batch' }))).to.include(deferred);
    await Promise.all([take(), take()]);
  });

  it('serves those who wait for an answer first', async () => {
    const { take } = budgetOf(0, { perSecond: 20, perDay: 1000 });
    const order: string[] = [];
    const batch = Array.from({ length: 5 }, () => take({ class: 'batch' }).then(() => order.push('batch')));
    const interactive = Array.from({ length: 5 }, () => take().then(() => order.push('interactive')));
    await Promise.all([...batch, ...interactive]);
    expect(order.slice(-4)).to.deep.equal(['batch', 'batch', 'batch', 'batch']);
  });

  it('keeps all processes away for as long as the upstream asks', async () => {
    await holdCalls(processes[0]!, String(provider), 60_000);
    const { take } = budgetOf(1, { perSecond: 500, perDay: 1000 });
    const error = await outcome(take());
    expect(error).to.include(deferred);
    expect((error as { retryAfterMs: number }).retryAfterMs).to.be.within(55_000, 60_000);
  });

  it('lets go of a caller who leaves, with the reason', async () => {
    const { take } = budgetOf(0, { perSecond: 1, perDay: 1000 });
    await take();
    const caller = new AbortController();
    const waiting = outcome(take({ signal: caller.signal }));
    const reason = new Error('gone');
    caller.abort(reason);
    expect(await waiting).to.equal(reason);
  });

  it('tells those who wait when the database is gone, and works again when it is back', async () => {
    let there = false;
    const budget = new Budget({
      provider: String(provider),
      limits: () => ({ perSecond: 500, perDay: 1000 }),
      share: () => 1,
      lease: (request) => (there ? leaseCalls(processes[0]!, request) : Promise.reject(new Error('no database'))),
      now: () => performance.now(),
      onLeft: () => undefined,
    });
    const wish = { class: 'interactive', maxWaitMs: 1000, signal: undefined } as const;
    expect(await outcome(budget.take(wish))).to.include({ message: 'no database' });
    there = true;
    await budget.take(wish);
  });
});
