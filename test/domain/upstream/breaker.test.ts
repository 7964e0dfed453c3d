import { expect } from 'chai';
import fc from 'fast-check';
import {
  closedBreaker,
  FAILURES_IN_ROW_TO_OPEN,
  GOOD_PROBES_TO_RAMP,
  nextBreaker,
  shareOf,
  type BreakerInput,
  type BreakerState,
} from '../../../src/domain/upstream/breaker.ts';

const STEP = 5000;
const next = (state: BreakerState, input: BreakerInput) => nextBreaker(state, input, { rampStepMs: STEP });
const after = (...inputs: BreakerInput[]) => inputs.reduce(next, closedBreaker);
const times = (count: number, input: BreakerInput) => Array.from({ length: count }, () => input);

const trip: BreakerInput = { type: 'trip' };
const call = (good: boolean, at = 0): BreakerInput => ({ type: 'call', good, at });
const probe = (good: boolean, at = 0): BreakerInput => ({ type: 'probe', good, at });
const tick = (at: number): BreakerInput => ({ type: 'tick', at });
const ramping = [trip, ...times(GOOD_PROBES_TO_RAMP, probe(true))];

describe('the breaker', () => {
  it('opens after ten failures in a row, and not before', () => {
    expect(after(...times(FAILURES_IN_ROW_TO_OPEN - 1, call(false))).phase).to.equal('closed');
    expect(after(...times(FAILURES_IN_ROW_TO_OPEN, call(false))).phase).to.equal('open');
    const interrupted = [...times(9, call(false)), call(true), ...times(9, call(false))];
    expect(after(...interrupted).phase).to.equal('closed');
  });

  it('begins the ramp with a tenth after three good probes in a row', () => {
    expect(shareOf(after(trip, probe(true), probe(true)))).to.equal(0);
    expect(shareOf(after(trip, probe(true), probe(true), probe(false), probe(true), probe(true)))).to.equal(0);
    expect(shareOf(after(...ramping))).to.equal(0.1);
  });

  it('doubles the share with each step, and closes above the whole', () => {
    const shares = [0, 4999, 5000, 10_000, 15_000, 19_999, 20_000].map((at) => shareOf(after(...ramping, tick(at))));
    expect(shares).to.deep.equal([0.1, 0.1, 0.2, 0.4, 0.8, 0.8, 1]);
    expect(after(...ramping, tick(20_000)).phase).to.equal('closed');
  });

  it('opens again after a step with 5 % of failures, goes on with fewer', () => {
    const step = (failures: number) => [...times(20 - failures, call(true, 1)), ...times(failures, call(false, 1))];
    expect(after(...ramping, ...step(1), tick(STEP)).phase).to.equal('open');
    expect(shareOf(after(...ramping, ...step(1), call(true, 1), tick(STEP)))).to.equal(0.2);
    expect(after(...ramping, ...step(0), tick(STEP), call(false, STEP), tick(2 * STEP)).phase).to.equal('open');
  });

  it('closes at once when another process has been through the ramp', () => {
    expect(after(trip, { type: 'release' })).to.equal(closedBreaker);
  });

  /** Any history: what happens, and how much later than the one before. */
  const history = fc
    .array(
      fc.record({
        later: fc.integer({ min: 0, max: 8000 }),
        what: fc.constantFrom('good', 'good', 'good', 'bad', 'probe', 'probe', 'failed probe', 'tick', 'trip'),
      }),
      { maxLength: 200 },
    )
    .map((steps) => {
      let at = 0;
      return steps.map(({ later, what }): BreakerInput & { at: number } => {
        at += later;
        if (what === 'trip') return { ...trip, at };
        if (what === 'tick') return { type: 'tick', at };
        if (what.includes('probe')) return { type: 'probe', good: what === 'probe', at };
        return { type: 'call', good: what === 'good', at };
      });
    });

  it('never lets a call through between its opening and three good probes in a row', () => {
    fc.assert(
      fc.property(history, (inputs) => {
        let state: BreakerState = closedBreaker;
        let goodProbes = 0;
        for (const input of inputs) {
          const before = state.phase;
          state = next(state, input);
          if (input.type === 'probe') goodProbes = input.good ? goodProbes + 1 : 0;
          if (before !== 'open') goodProbes = 0;
          else expect(shareOf(state) > 0).to.equal(goodProbes >= GOOD_PROBES_TO_RAMP);
        }
      }),
    );
  });

  it('takes the whole ramp, step by step, before it is closed, and only steps with few failures', () => {
    fc.assert(
      fc.property(history, (inputs) => {
        let state: BreakerState = closedBreaker;
        let rampSince: number | undefined;
        let inStep = { calls: 0, failures: 0 };
        for (const input of inputs) {
          const share = shareOf(state);
          state = next(state, input);
          if (state.phase === 'ramp' && share === 0) rampSince = input.at;
          if (state.phase === 'open') rampSince = undefined;
          if (rampSince !== undefined) {
            const steps = Math.floor((input.at - rampSince) / STEP);
            expect(shareOf(state)).to.equal(Math.min(0.1 * 2 ** steps, 1));
            if (shareOf(state) > share && share > 0) {
              expect(inStep.failures === 0 || inStep.failures < inStep.calls * 0.05).to.equal(true);
            }
          }
          if (shareOf(state) !== share) inStep = { calls: 0, failures: 0 };
          if (input.type === 'call') {
            inStep = { calls: inStep.calls + 1, failures: inStep.failures + (input.good ? 0 : 1) };
          }
          if (state.phase === 'closed') rampSince = undefined;
        }
      }),
    );
  });
});
