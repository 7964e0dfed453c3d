import { expect } from 'chai';
import { Pace } from '../../../src/commands/replay/pace.ts';

const well = { readP99Ms: 20, upstreamErrorRatio: 0 };
const slow = { readP99Ms: 400, upstreamErrorRatio: 0 };
const failing = { readP99Ms: 20, upstreamErrorRatio: 0.1 };
const out = { readP99Ms: undefined, upstreamErrorRatio: 1 };

describe('the pace of a replay', () => {
  it('begins at a quarter of the limit and comes to all of it while nobody suffers', () => {
    const pace = new Pace(() => 100, 0);
    expect(pace.rate).to.equal(25);
    for (let second = 0; second < 20; second += 1) pace.adapt(well);
    expect(pace.rate).to.equal(100);
  });

  for (const [what, signals] of Object.entries({ 'reads wait': slow, 'calls fail': failing })) {
    it(`halves with each second in which ${what}, down to a fiftieth, and comes back step by step`, () => {
      const pace = new Pace(() => 100, 0);
      for (let second = 0; second < 20; second += 1) pace.adapt(well);
      pace.adapt(signals);
      expect(pace.rate).to.equal(50);
      for (let second = 0; second < 20; second += 1) pace.adapt(signals);
      expect(pace.rate).to.equal(2);
      pace.adapt(well);
      expect(pace.rate).to.equal(7);
    });
  }

  it('hands out nothing during an outage', () => {
    const pace = new Pace(() => 100, 0);
    pace.take(100, 1000);
    pace.adapt(out);
    expect(pace.take(100, 60_000)).to.be.at.most(1);
    expect(pace.take(100, 120_000)).to.equal(0);
    pace.adapt(well);
    expect(pace.take(100, 121_000)).to.be.greaterThan(0);
  });

  it('hands out what the rate allows, and saves no more than a second of it', () => {
    const pace = new Pace(() => 40, 0);
    expect(pace.take(100, 500)).to.equal(5);
    expect(pace.take(3, 1000)).to.equal(3);
    expect(pace.take(100, 1000)).to.equal(2);
    expect(pace.take(100, 60_000)).to.equal(10);
  });

  it('follows a limit that changes, and stops at 0', () => {
    let limit = 100;
    const pace = new Pace(() => limit, 0);
    for (let second = 0; second < 20; second += 1) pace.adapt(well);
    limit = 10;
    expect(pace.rate).to.equal(10);
    limit = 0;
    pace.take(100, 1000);
    expect(pace.take(100, 60_000)).to.be.at.most(1);
    expect(pace.take(100, 120_000)).to.equal(0);
  });
});
