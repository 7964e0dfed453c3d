import { expect } from 'chai';
import { distribution } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { attemptCost, attemptOdds } from '../../../../src/domain/valuation/starforce/attempt.ts';
import { restoreTerms } from '../../../../src/domain/valuation/starforce/chain.ts';
import { type StarForceProblem, starForceKey } from '../../../../src/domain/valuation/starforce/problem.ts';
import { solveStarForce, starForceSteps } from '../../../../src/domain/valuation/starforce/solve.ts';
import { noEvent, problem, ruleSets, rulesOf, shining } from './support.ts';

function valued(given: StarForceProblem) {
  const solved = solveStarForce(given);
  if (solved.status !== 'valued') throw new Error(JSON.stringify(solved));
  return solved;
}

const ofKms2026 = (star: number, itemLevel: number, change: Partial<StarForceProblem> = {}, safeguarded = false) =>
  Math.round(attemptCost(rulesOf('kms2026'), { star, itemLevel, safeguarded }, problem(change)));

describe('star force facts', () => {
  it('attempts cost what the game shows', () => {
    expect(ofKms2026(0, 150)).to.equal(94_800);
    expect(ofKms2026(10, 150)).to.equal(3_832_800);
    expect(ofKms2026(18, 160)).to.equal(165_920_200);
    expect(ofKms2026(21, 200)).to.equal(269_601_800);
    expect(ofKms2026(29, 200)).to.equal(389_303_700);
    const of = (ruleSet: Parameters<typeof rulesOf>[0]) =>
      attemptCost(rulesOf(ruleSet), { star: 12, itemLevel: 150, safeguarded: false }, problem());
    expect([of('kms2024'), of('sf25-nodrop15'), of('sf25-pre2022')]).to.deep.equal([16_052_200, 22_900_700, 8_588_400]);
  });

  it('rounds an attempt to 100 mesos, not to 10', () => {
    // 1000 + 150³·2/36 = 188,500 exactly; at level 100 and 1 star 56,555.6 is shown as 56,600, not 56,560.
    expect([ofKms2026(1, 150), ofKms2026(1, 100)]).to.deep.equal([188_500, 56_600]);
  });

  it('discounts the attempt and never the surcharge of the safeguard', () => {
    const event = { ...noEvent, cost30: true };
    const base = 83_999_600;
    expect(ofKms2026(16, 200)).to.equal(base);
    expect(ofKms2026(16, 200, { event })).to.equal(Math.round(0.7 * base));
    expect(ofKms2026(16, 200, { event }, true)).to.equal(226_798_920); // 0.7·base + 2·base
    expect(ofKms2026(16, 200, { event, mvp: 10, pcRoom: true }, true)).to.equal(217_978_962); // 0.85·0.7·base + 2·base
    expect(ofKms2026(17, 200, { mvp: 10, pcRoom: true })).to.equal(ofKms2026(17, 200));
  });

  it('changes the odds as star catch, event and safeguard do', () => {
    const odds = (ruleSet: Parameters<typeof rulesOf>[0], star: number, change = {}) =>
      attemptOdds(rulesOf(ruleSet), star, { event: noEvent, starCatch: false, safeguarded: false, ...change });
    expect(odds('kms2025', 21)).to.deep.equal({ success: 0.15, maintain: 0.7225, decrease: 0, destroy: 0.1275 });
    const caught = odds('kms2025', 21, { starCatch: true });
    expect(caught.success).to.be.closeTo(0.1575, 1e-15);
    expect(caught.destroy).to.be.closeTo(0.126375, 1e-15);
    expect(odds('kms2026', 21, { starCatch: true })).to.deep.equal(odds('kms2026', 21));
    expect(odds('kms2026', 21, { event: shining }).destroy).to.be.closeTo(0.7 * 0.126375, 1e-15);
    expect(odds('kms2026', 22, { event: shining }).destroy).to.equal(0.1685);
    expect(odds('kms2026', 17, { safeguarded: true })).to.deep.include({ destroy: 0, decrease: 0 });
    const guarded = odds('kms2024', 16, { safeguarded: true });
    expect(guarded).to.deep.include({ destroy: 0, maintain: 0 });
    expect(guarded.decrease).to.be.closeTo(0.7, 1e-15);
    for (const ruleSet of ruleSets) {
      for (const [star] of rulesOf(ruleSet).attempts.entries()) {
        for (const change of [{}, { starCatch: true }, { event: shining }, { safeguarded: true }]) {
          const { success, maintain, decrease, destroy } = odds(ruleSet, star, change);
          expect(success + maintain + decrease + destroy, `${ruleSet} ${star}`).to.be.closeTo(1, 1e-15);
          expect(Math.min(success, maintain, decrease, destroy)).to.be.at.least(0);
        }
      }
    }
  });

  it('knows mean, spread, quantiles and counts of well-known ways', () => {
    const known: [Partial<StarForceProblem>, Record<string, number>][] = [
      [{ from: 15 }, { mean: 31675767094.4, sd: 28232148179.4, p10: 6490834372, p50: 23027710125, p99: 133423526087 }],
      [
        { itemLevel: 160, from: 12, event: shining, safeguard: [15, 16, 17], mvp: 10, pcRoom: true },
        { mean: 12169519121.2, sd: 10065050733.2, p50: 9081278943 },
      ],
      [
        { from: 22, to: 23 },
        { mean: 35755990463.36, sd: 56981205671, p10: 189988600 },
      ],
      [
        { itemLevel: 160, to: 15, event: { ...noEvent, sure: true } },
        { mean: 352586804.66, sd: 170715709.2, p50: 312940273 },
      ],
      [
        { itemLevel: 160, to: 12, event: { ...noEvent, onePlus: true } },
        { mean: 12748570.65, sd: 6218112.4 },
      ],
      [
        { rules: rulesOf('sf25-pre2022'), itemLevel: 160, to: 17, starCatch: true },
        { mean: 1144139923.83, sd: 788513671 },
      ],
      [
        { rules: rulesOf('kms2024'), from: 15, starCatch: true, safeguard: [15, 16] },
        { mean: 43091354874.74, sd: 41036982011.5 },
      ],
      [
        { rules: rulesOf('gms2025'), from: 15, starCatch: true },
        { mean: 31922944103.6, p95: 88446394329 },
      ],
    ];
    for (const [change, expected] of known) {
      const found: Record<string, number> = { ...distribution(valued(problem(change)).law) };
      for (const [name, value] of Object.entries(expected)) {
        const tolerance = name.startsWith('p') ? 1e-3 : 2e-6;
        expect(found[name]! / value, `${JSON.stringify(expected)} ${name}`).to.be.closeTo(1, tolerance);
      }
    }
    const { facts } = valued(problem({ from: 15 }));
    expect(facts.attempts).to.be.closeTo(194.835751, 1e-6);
    expect(facts.booms).to.be.closeTo(7.48886431, 1e-8);
    expect(facts.noBoomProbability).to.be.closeTo(0.11780139, 1e-8);
  });

  it('counts spare copies always and prices them when there is a price: a destroyed item is not free', () => {
    const free = valued(problem({ from: 15 }));
    const priced = valued(problem({ from: 15, sparePrice: 1e9 }));
    expect(free.facts.spares).to.be.closeTo(7.48886431, 1e-8);
    expect(priced.facts.spares).to.equal(free.facts.spares);
    expect(priced.law.mean - free.law.mean).to.be.closeTo(1e9 * free.facts.spares, 1);
  });

  it('restores to the trace star for a fee and spare copies, cheaper in the event', () => {
    expect(restoreTerms(rulesOf('kms2026'), 160, 20)).to.deep.equal({ fee: 5_993_000_000, spares: 2 });
    const restore = [15, 16, 17, 18, 19, 20, 21, 22];
    const { law, facts } = valued(problem({ itemLevel: 160, from: 15, restore }));
    expect(law.mean / 15861339523.81).to.be.closeTo(1, 2e-6);
    expect(facts.spares).to.be.closeTo(5.11571429, 1e-8);
    expect(facts.strategy.restore).to.deep.equal([15, 16, 17, 18, 19, 20, 21]);
    const event = { ...noEvent, restore20: true };
    expect(valued(problem({ itemLevel: 160, from: 15, restore, event })).law.mean).to.be.lessThan(law.mean);
  });

  it('finds the cheapest strategy and says which it is', () => {
    const given = problem({ from: 12, sparePrice: 5e9 });
    const { law, facts } = valued({ ...given, safeguard: 'optimal', restore: 'optimal' });
    expect(law.mean / 55201745264.6584).to.be.closeTo(1, 1e-6);
    expect(facts.strategy).to.deep.equal({ safeguard: [17], restore: [15, 16, 18, 20, 21] });
    expect(valued(given).law.mean / 69738564285.8397).to.be.closeTo(1, 1e-6);
  });

  it('lists only decisions that matter', () => {
    const { facts } = valued(problem({ from: 18, to: 19, safeguard: [3, 15, 99], restore: [15, 18, 30] }));
    expect(facts.strategy).to.deep.equal({ safeguard: [], restore: [18] });
  });

  it('shares the mean out over the stars', () => {
    const steps = starForceSteps(problem({ from: 15 }));
    expect(steps.map(({ star }) => star)).to.deep.equal([15, 16, 17, 18, 19, 20, 21]);
    expect(steps.reduce((sum, { mean }) => sum + mean, 0)).to.be.closeTo(valued(problem({ from: 15 })).law.mean, 1);
    expect(steps.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-12);
    expect(starForceSteps(problem({ to: 31 }))).to.deep.equal([]);
  });

  it('says why it cannot value, and never with NaN', () => {
    const reasonOf = (change: Partial<StarForceProblem>) => {
      const solved = solveStarForce(problem(change));
      return solved.status === 'unsupported' ? solved.reason : solved.status;
    };
    expect(reasonOf({ itemLevel: 130, to: 21 })).to.equal('star-above-maximum: 21 stars, level 130 has up to 20');
    expect(reasonOf({ to: 31 })).to.match(/^star-above-maximum/u);
    expect(reasonOf({ rules: rulesOf('kms2024'), to: 26 })).to.match(/^star-above-maximum/u);
    for (const itemLevel of [-1, 301, 1.5, NaN, Infinity]) expect(reasonOf({ itemLevel })).to.match(/^unknown-level/u);
    for (const from of [-1, 0.5, NaN]) expect(reasonOf({ from })).to.equal('invalid-stars');
    for (const sparePrice of [-1, NaN, Infinity]) expect(reasonOf({ sparePrice })).to.match(/^invalid-assumption/u);
    expect(reasonOf({ mvp: NaN })).to.match(/^invalid-assumption/u);
    expect(reasonOf({ itemLevel: 155, restore: [20] })).to.equal('restore-fee-unknown: level 155');
    expect(reasonOf({ itemLevel: 155, restore: 'optimal' })).to.equal('valued');
    expect(reasonOf({ itemLevel: 155, to: 15, restore: [20] })).to.equal('valued');
    expect(reasonOf({ from: 22 })).to.equal('none');
  });

  it('has equal keys for equal problems only', () => {
    const key = (change: Partial<StarForceProblem>) => starForceKey(problem(change));
    expect(key({ safeguard: [16, 15, 15] })).to.equal(key({ safeguard: [15, 16] }));
    const others: Partial<StarForceProblem>[] = [
      ...[{ itemLevel: 160 }, { from: 1 }, { to: 21 }, { mvp: 3 }, { pcRoom: true }, { starCatch: true }],
      ...[{ safeguard: [15] }, { restore: [15] }, { restore: 'optimal' as const }, { sparePrice: 1 }],
      ...[{ event: shining }, { event: { ...noEvent, sure: true } }, { rules: rulesOf('gms2025') }],
    ];
    expect(new Set([{}, ...others].map(key)).size).to.equal(others.length + 1);
  });
});
