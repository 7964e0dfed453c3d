import { expect } from 'chai';
import { charactersDigest, planHash, type ReplayPlan } from '../../../src/domain/replay/plan.ts';
import { inWindows, reasonAt, windowsOf, type Episode, type TimeWindow } from '../../../src/domain/replay/windows.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour)).toISOString();
const window = (since: number | null, until: number | null): TimeWindow => ({
  since: since === null ? null : at(since),
  until: until === null ? null : at(until),
});
const ALWAYS = window(null, null);
const EPISODES: readonly Episode[] = [
  { ...window(2, 4), reason: 'failures' },
  { ...window(6, 7), reason: 'operator' },
  { ...window(9, null), reason: 'failures' },
];

const PLAN: ReplayPlan = {
  format: 'pve-replay-plan/1',
  storeId: 's',
  createdAt: at(0),
  scope: { mark: '10', from: '2', windows: [ALWAYS], characterKeys: null },
  characters: 2,
  charactersDigest: charactersDigest(['b', 'a']),
  hours: [{ hour: at(1), reason: 'queued', characters: 2 }],
  upstreamCalls: 6,
  estimatedSeconds: 2,
};

describe('a replay plan', () => {
  it('is named by a hash that any change changes, and the order of its members does not', () => {
    const hash = planHash(PLAN);
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect(planHash(Object.fromEntries(Object.entries(PLAN).reverse()) as unknown as ReplayPlan)).to.equal(hash);
    expect(planHash({ ...PLAN, scope: { ...PLAN.scope, mark: '11' } })).not.to.equal(hash);
    expect(planHash({ ...PLAN, characters: 3 })).not.to.equal(hash);
  });

  it('selects the same characters whatever their order', () => {
    expect(charactersDigest(['가', 'b', 'a'])).to.equal(charactersDigest(['a', '가', 'b']));
    expect(charactersDigest(['a', 'b'])).not.to.equal(charactersDigest(['a', 'c']));
    expect(charactersDigest(['ab', 'c'])).not.to.equal(charactersDigest(['a', 'bc']));
  });

  const cases: Record<string, [reasons: string[], within: TimeWindow, windows: TimeWindow[]]> = {
    'the episodes of a cause': [['failures'], ALWAYS, [window(2, 4), window(9, null)]],
    'the time between episodes': [['queued'], ALWAYS, [window(null, 2), window(4, 6), window(7, 9)]],
    'several reasons': [['queued', 'operator'], ALWAYS, [window(null, 2), window(4, 6), window(6, 7), window(7, 9)]],
    'what lies within a time': [['failures'], window(3, 10), [window(3, 4), window(9, 10)]],
    'nothing where a cause never was': [['our-fault'], ALWAYS, []],
  };
  for (const [what, [reasons, within, expected]] of Object.entries(cases)) {
    it(`turns reasons into windows of time: ${what}`, () => {
      expect(windowsOf(reasons, EPISODES, within)).to.deep.equal(expected);
    });
  }

  it('includes a window’s beginning and not its end', () => {
    const isIn = inWindows([window(2, 4)]);
    const hours = [1.99, 2, 3, 4].map((hour) => isIn(Date.parse(at(0)) + hour * 3_600_000));
    expect(hours).to.deep.equal([false, true, true, false]);
  });

  it('knows what was the case at a moment', () => {
    const reasons = [1, 2, 5, 6, 8, 12].map((hour) => reasonAt(EPISODES, Date.parse(at(hour))));
    expect(reasons).to.deep.equal(['queued', 'failures', 'queued', 'operator', 'queued', 'failures']);
  });
});
