import { expect } from 'chai';
import fc from 'fast-check';
import { nextLimit, type Signals } from '../../../src/commands/yielding/aimd.ts';

const well: Signals = { readP99Ms: 20, upstreamErrorRatio: 0 };
const readMs = fc.option(fc.double({ min: 0, max: 5000, noNaN: true }), { nil: undefined });
const anything = fc.record({ readP99Ms: readMs, upstreamErrorRatio: fc.double({ min: 0, max: 1, noNaN: true }) });
const suffering = anything.filter((signals) => (signals.readP99Ms ?? 0) > 250 || signals.upstreamErrorRatio >= 0.05);
const most = fc.integer({ min: 1, max: 20_000 });
/** Where many seconds of whatever signals have brought a limit that began at its most. */
const reached = fc
  .record({ most, past: fc.array(anything, { maxLength: 30 }) })
  .map(({ most: top, past }) => ({ top, limit: past.reduce((now, signals) => nextLimit(now, top, signals), top) }));

describe('how work on a backlog yields', () => {
  it('never stops, and never goes beyond its most', () => {
    fc.assert(
      fc.property(reached, ({ top, limit }) => {
        expect(limit).to.be.within(1, top);
      }),
    );
  });

  it('halves each second in which reads are slow or calls fail, down to a fiftieth', () => {
    fc.assert(
      fc.property(reached, suffering, ({ top, limit }, signals) => {
        expect(nextLimit(limit, top, signals)).to.equal(Math.max(limit / 2, top / 50, 1));
      }),
    );
  });

  it('comes back by equal steps to all of it, in twenty seconds or as many as its most', () => {
    fc.assert(
      fc.property(reached, ({ top, limit: low }) => {
        let limit = low;
        let seconds = 0;
        for (; limit < top; seconds += 1) {
          const next = nextLimit(limit, top, well);
          expect(next).to.equal(Math.min(top, limit + Math.max(1, top / 20)));
          limit = next;
        }
        expect(seconds).to.be.at.most(20);
      }),
    );
  });

  it('takes what is not known for nobody who suffers, and what is at its bound as each bound says', () => {
    const after = (signals: Signals) => nextLimit(8, 16, signals);
    expect(after({ readP99Ms: undefined, upstreamErrorRatio: 0 })).to.equal(9);
    expect(after({ readP99Ms: 250, upstreamErrorRatio: 0.049 })).to.equal(9);
    expect(after({ readP99Ms: 250.1, upstreamErrorRatio: 0 })).to.equal(4);
    expect(after({ readP99Ms: 20, upstreamErrorRatio: 0.05 })).to.equal(4);
    expect(after({ readP99Ms: Infinity, upstreamErrorRatio: 0 })).to.equal(4);
  });

  it('follows a most that has become smaller, also while somebody suffers', () => {
    expect(nextLimit(100, 10, well)).to.equal(10);
    expect(nextLimit(100, 10, { readP99Ms: 400, upstreamErrorRatio: 0 })).to.equal(10);
    expect(nextLimit(100, 0, { readP99Ms: 400, upstreamErrorRatio: 0 })).to.equal(0);
  });
});
