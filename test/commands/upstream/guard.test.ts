import { expect } from 'chai';
import {
  createBulkhead,
  createGuard,
  type CallOptions,
  type CallOutcome,
} from '../../../src/commands/upstream/guard.ts';
import { bothOrNone, withinRun } from '../../../src/commands/upstream/job-run.ts';
import type { UpstreamError } from '../../../src/commands/upstream/upstream-error.ts';
import { outcome } from '../../support/outcome.ts';
import { clientOf, closeOpened, failureOf, SECRET, startHarness, until, type Harness } from './harness.ts';

describe('the guard around every call', () => {
  let harness: Harness;
  let ocid: string;
  before(async () => {
    harness = await startHarness();
    ocid = await harness.client.lookUpOcid('강은호');
  });
  after(() => harness.stop());
  afterEach(() => {
    closeOpened();
    harness.standin.calm();
    harness.standin.resetStats();
  });

  /** A client of the stand-in behind a guard of three places, and what the guard told and asked. */
  function guarded(held: () => boolean = () => false) {
    const told: (UpstreamError | undefined)[] = [];
    const outcomes: CallOutcome[] = [];
    const order: string[] = [];
    const away: number[] = [];
    const places = createBulkhead(() => 3);
    const guard = createGuard({
      circuit: { held: () => (order.push('held'), held()), ended: (error) => told.push(error) },
      bulkhead: { run: (work, signal) => (order.push('bulkhead'), places.run(work, signal)) },
      budget: { take: () => (order.push('budget'), Promise.resolve()) },
      stayAway: (ms) => (away.push(ms), Promise.resolve()),
      random: () => 0,
      onOutcome: (each) => outcomes.push(each),
    });
    const timeouts = { connectMs: 2000, responseMs: 800 };
    const client = clientOf(harness.baseUrl, { apiKey: SECRET, timeouts, guard });
    return { client, told, outcomes, order, away, places };
  }
  const soon: CallOptions = { remainingMs: () => 2900 };
  const calls = () => harness.standin.stats().calls.id;

  it('asks for a place, then for budget, then again whether the upstream is held, then calls', async () => {
    const { client, order, outcomes, told } = guarded();
    await client.lookUpOcid('강은호');
    expect(order).to.deep.equal(['held', 'bulkhead', 'budget', 'held']);
    expect([outcomes, told]).to.deep.equal([['ok'], [undefined]]);
  });

  it('does not call while the upstream is held, and takes no place and no budget for it', async () => {
    const { client, order, told } = guarded(() => true);
    expect(await outcome(client.lookUpOcid('강은호'))).to.include({ name: 'DeferredError', reason: 'held' });
    expect([order, told, calls()]).to.deep.equal([['held'], [], 0]);
  });

  it('does not call when the upstream came to be held while the call waited, and gives its place back', async () => {
    let asked = 0;
    const { client, places } = guarded(() => (asked += 1) > 1);
    expect(await outcome(client.lookUpOcid('강은호'))).to.include({ name: 'DeferredError', reason: 'held' });
    expect(calls()).to.equal(0);
    expect(places.stats()).to.include({ active: 0, waiting: 0 });
  });

  it('lets a probe through, once, without counting its end for the breaker', async () => {
    const { client, told, outcomes } = guarded(() => true);
    await client.lookUpOcid('강은호', { probe: true });
    harness.standin.set({ failure: 'OPENAPI00010' });
    await failureOf(client.lookUpOcid('강은호', { probe: true }));
    expect([told, outcomes, calls()]).to.deep.equal([[], ['ok', 'outage'], 2]);
  });

  it('tries an outage a second time while 3 s are left, and counts both', async () => {
    const { client, told } = guarded();
    harness.standin.set({ failure: 'OPENAPI00001', failureRate: 0.5 });
    expect(await client.lookUpOcid('강은호').catch(() => client.lookUpOcid('강은호'))).to.equal(ocid);
    harness.standin.set({ failureRate: 1 });
    harness.standin.resetStats();
    await failureOf(client.lookUpOcid('강은호', { remainingMs: () => 3000 }));
    expect(calls()).to.equal(2);
    harness.standin.resetStats();
    await failureOf(client.lookUpOcid('강은호', soon));
    expect(calls()).to.equal(1);
    expect(told.filter((error) => error?.class === 'outage')).to.have.length.of.at.least(3);
  });

  it('tries nothing else a second time', async () => {
    const { client, outcomes } = guarded();
    for (const failure of ['OPENAPI00004', 'OPENAPI00005', 'OPENAPI00009'] as const) {
      harness.standin.set({ failure });
      await failureOf(client.lookUpOcid('강은호'));
    }
    expect([calls(), outcomes]).to.deep.equal([3, ['ignored', 'our-fault', 'not-yet']]);
  });

  it('keeps away for as long as a rate limit asks, and for nothing else', async () => {
    const { client, away } = guarded();
    harness.standin.set({ failure: 'OPENAPI00007', retryAfterSeconds: 7 });
    await failureOf(client.lookUpOcid('강은호', soon));
    harness.standin.set({ failure: 'OPENAPI00011', retryAfterSeconds: 9 });
    await failureOf(client.lookUpOcid('강은호', soon));
    expect(away).to.deep.equal([7000]);
  });

  it('never has more calls under way than there are places, counted by the upstream', async () => {
    const { client } = guarded();
    harness.standin.set({ latencyMs: 20 });
    await Promise.all(Array.from({ length: 30 }, () => client.lookUpOcid('강은호')));
    expect(harness.standin.stats().mostOpen).to.equal(3);
  });

  it('puts off who gets no place while time is left for a call', async () => {
    const { client, outcomes } = guarded();
    harness.standin.set({ failure: 'hang' });
    const holders = Array.from({ length: 3 }, () => outcome(client.lookUpOcid('강은호', soon)));
    await until(() => harness.standin.stats().open === 3);
    const late = await outcome(client.lookUpOcid('강은호', { remainingMs: () => 2020 }));
    expect(late).to.include({ name: 'DeferredError', reason: 'bulkhead' });
    expect(outcomes).to.deep.equal([]);
    await Promise.all(holders);
  });

  it('ends the call when its caller leaves: nothing is under way 100 ms later, nothing is counted as a failure', async () => {
    const { client, told, outcomes, places } = guarded();
    harness.standin.set({ failure: 'hang' });
    const caller = new AbortController();
    const run = { totalMs: 8000, class: 'interactive', signal: caller.signal } as const;
    const many = Array.from({ length: 5 }, () => outcome(withinRun(run, (each) => client.lookUpOcid('강은호', each))));
    await until(() => harness.standin.stats().open === 3);
    const reason = new Error('the reader has left');
    caller.abort(reason);
    const left = performance.now();
    expect(await Promise.all(many)).to.deep.equal([reason, reason, reason, reason, reason]);
    await until(() => harness.standin.stats().open === 0);
    expect(performance.now() - left).to.be.lessThan(100);
    expect([told, outcomes]).to.deep.equal([[], ['aborted', 'aborted', 'aborted']]);
    expect(places.stats()).to.include({ active: 0, waiting: 0 });
  });

  it('ends all calls of a job at its deadline, as an outage that is not counted', async () => {
    const { client, told } = guarded();
    harness.standin.set({ failure: 'hang' });
    const before = performance.now();
    const error = await failureOf(
      withinRun({ totalMs: 150, class: 'batch' }, (each) => client.lookUpOcid('강은호', each)),
    );
    expect(error).to.include({ class: 'outage', code: 'JOB_DEADLINE' });
    expect(performance.now() - before).to.be.within(140, 600);
    expect(told).to.deep.equal([]);
    await until(() => harness.standin.stats().open === 0);
  });

  it('ends the other of two calls when one fails, and tells what failed', async () => {
    const { client, outcomes } = guarded();
    const hanging = (options: CallOptions) => {
      harness.standin.set({ failure: 'hang', failingEndpoints: ['character/item-equipment'] });
      return client.fetchItemEquipment(ocid, options);
    };
    const error = await failureOf(
      bothOrNone({}, hanging, async (options) => {
        await until(() => harness.standin.stats().failed === 1);
        harness.standin.set({ failure: 'OPENAPI00009', failingEndpoints: ['character/basic'] });
        return await client.fetchBasic(ocid, options);
      }),
    );
    expect(error).to.include({ class: 'not-yet', endpoint: 'character/basic' });
    await until(() => harness.standin.stats().open === 0 && outcomes.length === 2);
    expect(outcomes).to.deep.equal(['not-yet', 'aborted']);
  });
});
