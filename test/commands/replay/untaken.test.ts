import { expect } from 'chai';
import { createUntaken } from '../../../src/commands/replay/untaken.ts';

describe('what nobody takes of a run', () => {
  let at: number;
  let jobs: number;
  let isUntaken: ReturnType<typeof createUntaken>;
  beforeEach(() => {
    [at, jobs] = [0, 5];
    isUntaken = createUntaken({ waiting: () => Promise.resolve(jobs), now: () => at });
  });

  const STUCK = { settled: 0, underWay: 5, outage: false };
  const after = (seconds: number, standing: Partial<typeof STUCK> = {}) => {
    at += seconds * 1000;
    return isUntaken({ ...STUCK, ...standing });
  };

  it('is noticed when all of it has waited for ten seconds, and is past when a job is taken', async () => {
    expect(await after(9.9)).to.equal(false);
    expect(await after(0.1)).to.equal(true);
    jobs = 4;
    expect(await after(1)).to.equal(false);
  });

  it('waits anew after one was settled, while the game API is out, and while nothing is under way', async () => {
    for (const standing of [{ settled: 1 }, { settled: 1, outage: true }, { settled: 1, underWay: 0 }]) {
      expect(await after(10, standing)).to.equal(false);
      expect(await after(9.9, { settled: 1 })).to.equal(false);
    }
    expect(await after(0.1, { settled: 1 })).to.equal(true);
  });
});
