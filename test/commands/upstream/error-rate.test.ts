import { expect } from 'chai';
import { createErrorRate } from '../../../src/commands/upstream/error-rate.ts';

describe('the rolling error rate', () => {
  let now: number;
  beforeEach(() => (now = 1000));

  /** A rate that has been told these ends, `+` or `-`, and what it said to each. */
  function told(ends: string) {
    const rate = createErrorRate(() => now);
    return { rate, said: ends.split('').map((end) => rate.record(end === '+')) };
  }

  it('is too high from one half of at least ten calls on', () => {
    expect(told('---------').said).to.not.include(true);
    expect(told('----------').said.at(-1)).to.equal(true);
    expect(told('+++++-----').said).to.deep.equal([...Array<boolean>(9).fill(false), true]);
    expect(told('++++++-----').said).to.not.include(true);
  });

  it('forgets what is older than ten seconds, by the clock it is given', () => {
    const { rate } = told('---------');
    now += 5000;
    expect(rate.counts()).to.deep.equal({ calls: 9, failures: 9 });
    now += 4999;
    expect(rate.counts()).to.deep.equal({ calls: 9, failures: 9 });
    now += 1;
    expect(rate.counts()).to.deep.equal({ calls: 0, failures: 0 });
    expect(rate.record(false)).to.equal(false);
    now += 3_600_000;
    expect(rate.counts()).to.deep.equal({ calls: 0, failures: 0 });
  });

  it('begins anew when it is told to', () => {
    const { rate, said } = told('----------');
    expect(said.at(-1)).to.equal(true);
    rate.reset();
    expect(rate.counts()).to.deep.equal({ calls: 0, failures: 0 });
    expect(Array.from({ length: 9 }, () => rate.record(false))).to.not.include(true);
    expect(rate.record(false)).to.equal(true);
  });
});
