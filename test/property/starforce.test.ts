import { expect } from 'chai';
import fc from 'fast-check';
import { chanceWithin, curve, distribution, quantile } from '../../src/domain/valuation/distribution/distribution.ts';
import type { CostLaw } from '../../src/domain/valuation/distribution/law.ts';
import { attemptCost, attemptOdds } from '../../src/domain/valuation/starforce/attempt.ts';
import { restoreTerms } from '../../src/domain/valuation/starforce/chain.ts';
import { maxStarOf, type StarForceProblem } from '../../src/domain/valuation/starforce/problem.ts';
import { solveStarForce } from '../../src/domain/valuation/starforce/solve.ts';
import { noEvent, problem, ruleSets, rulesOf, shining } from '../domain/valuation/starforce/support.ts';

/** One run of the game itself, attempt by attempt: the yardstick that shares only the odds and prices with the engine. */
function play(given: StarForceProblem, random: () => number): { cost: number; booms: number } {
  const { rules, itemLevel, to, event, starCatch, safeguard, restore, sparePrice } = given;
  let [star, drops, cost, booms] = [given.from, 0, 0, 0];
  while (star < to) {
    const certain = rules.certainAfterTwoDrops && drops === 2;
    const { fromStar, toStar } = rules.safeguard;
    const danger = attemptOdds(rules, star, { event, starCatch, safeguarded: false }).destroy > 0;
    const wanted = (safeguard as number[]).includes(star) && star >= fromStar && star <= toStar;
    const safeguarded = wanted && danger && !certain;
    const { success, maintain, decrease } = attemptOdds(rules, star, { event, starCatch, safeguarded });
    cost += attemptCost(rules, { star, itemLevel, safeguarded }, given);
    const draw = certain ? 0 : random();
    const before = drops;
    drops = 0;
    if (draw < success) star += event.onePlus && star <= 10 ? 2 : 1;
    else if (draw < success + maintain) continue;
    else if (draw < success + maintain + decrease) [star, drops] = [star - 1, before + 1];
    else {
      const terms = (restore as number[]).includes(star) ? restoreTerms(rules, itemLevel, star) : undefined;
      cost += (terms?.spares ?? 1) * sparePrice + (terms ? terms.fee * (event.restore20 ? 0.8 : 1) : 0);
      star = terms ? star : rules.attempts[star]!.starAfterDestroy!;
      booms++;
    }
  }
  return { cost, booms };
}

/** Uniform numbers from a fixed seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function valued(given: StarForceProblem) {
  const solved = solveStarForce(given);
  if (solved.status !== 'valued') throw new Error(JSON.stringify(solved));
  return solved;
}

const meanOf = (given: StarForceProblem): number => valued(given).law.mean;

const levels = [100, 110, 120, 130, 135, 140, 145, 150, 160, 200, 250];
const starLists = fc.uniqueArray(fc.integer({ min: 10, max: 24 }), { maxLength: 8 });

/** Any problem that has an answer, up to 23 stars. */
const problems = fc
  .record({
    ...{ ruleSet: fc.constantFrom(...ruleSets), itemLevel: fc.constantFrom(...levels) },
    ...{ first: fc.nat({ max: 22 }), second: fc.nat({ max: 22 }) },
    event: fc.record({
      ...{ cost30: fc.boolean(), destroy30: fc.boolean(), restore20: fc.boolean() },
      ...{ sure: fc.boolean(), onePlus: fc.boolean() },
    }),
    ...{ mvp: fc.constantFrom(0, 3, 5, 10), pcRoom: fc.boolean(), starCatch: fc.boolean() },
    ...{ safeguard: starLists, restore: starLists },
    sparePrice: fc.constantFrom(0, 1e8, 3e9),
  })
  .map(({ ruleSet, first, second, ...rest }) => {
    const max = maxStarOf(rulesOf(ruleSet), rest.itemLevel)!;
    const [from, to] = [first, second].map((star) => Math.min(star, max)).sort((a, b) => a - b) as [number, number];
    return { ruleSet, ...rest, from: from === to && to > 0 ? from - 1 : from, to: Math.max(to, 1) };
  });

const runs = (numRuns: number) => ({ numRuns, seed: 20_260_319 });

describe('star force, whatever the problem', () => {
  it('has a distribution that ascends, holds the whole mass and has the exact mean', () => {
    fc.assert(
      fc.property(problems, (drawn) => {
        const given = problem(drawn);
        const { law, facts } = valued(given);
        const { mean, sd, p10, p50, p75, p90, p95, p99 } = distribution(law);
        const ascending = [0, p10, p50, p75, p90, p95, p99];
        ascending.slice(1).forEach((x, index) => expect(x).to.be.at.least(ascending[index]!));
        for (const value of [mean, p10, facts.attempts]) expect(value).to.be.greaterThan(0);
        for (const value of [sd, facts.booms, facts.spares]) expect(value).to.be.at.least(0);
        expect(facts.noBoomProbability).to.be.within(0, 1 + 1e-12);
        // Only the transform counts here: E X = ∫ (1 − F).
        const bare: CostLaw = { mean, variance: law.variance, transform: law.transform };
        const end = mean + 25 * sd;
        const points = curve(bare, end, 8000);
        const area = points.reduce((sum, { probability }) => sum + (1 - probability) * (end / 8000), 0) + end / 16_000;
        expect(area / mean).to.be.closeTo(1, 4e-3);
        expect(points.at(-1)!.probability).to.be.closeTo(1, 1e-3);
      }),
      runs(40),
    );
  });

  it('costs more with a higher goal, a lower start, a higher level and a higher price', () => {
    fc.assert(
      fc.property(problems, (drawn) => {
        const given = problem(drawn);
        const mean = meanOf(given);
        const { from, to, rules, itemLevel, sparePrice } = given;
        if (to < maxStarOf(rules, itemLevel)!) expect(meanOf({ ...given, to: to + 1 })).to.be.at.least(mean);
        if (from > 0 && !given.event.onePlus) expect(meanOf({ ...given, from: from - 1 })).to.be.greaterThan(mean);
        expect(meanOf({ ...given, sparePrice: sparePrice + 1e9 })).to.be.at.least(mean);
        const dearer = levels.find((level) => level > itemLevel);
        if (dearer) expect(meanOf({ ...given, itemLevel: dearer })).to.be.greaterThan(mean);
      }),
      runs(150),
    );
  });

  it('costs no more with more to choose from', () => {
    fc.assert(
      fc.property(problems, (drawn) => {
        const given = problem(drawn);
        const slack = 1 + 1e-9;
        const best = meanOf({ ...given, safeguard: 'optimal', restore: 'optimal' });
        const guarded = meanOf({ ...given, safeguard: 'optimal' });
        const restored = meanOf({ ...given, restore: 'optimal' });
        expect(best).to.be.at.most(Math.min(guarded, restored) * slack);
        expect(Math.max(guarded, restored)).to.be.at.most(meanOf(given) * slack);
      }),
      runs(80),
    );
  });

  it('has the best of all strategies on a small case', () => {
    const subsets = (stars: number[]) =>
      stars.reduce<number[][]>((sets, s) => [...sets, ...sets.map((x) => [...x, s])], [[]]);
    for (const sparePrice of [0, 3e8, 2e9, 2e10]) {
      for (const event of [noEvent, shining]) {
        const given = problem({ itemLevel: 160, from: 14, to: 19, event, sparePrice });
        const all = subsets([15, 16, 17]).flatMap((safeguard) =>
          subsets([15, 16, 17, 18]).map((restore) => meanOf({ ...given, safeguard, restore })),
        );
        expect(all).to.have.length(128);
        const best = meanOf({ ...given, safeguard: 'optimal', restore: 'optimal' });
        expect(best / Math.min(...all)).to.be.closeTo(1, 1e-11);
      }
    }
    const given = problem({ ruleSet: 'sf25-pre2022', itemLevel: 160, from: 10, to: 17, sparePrice: 2e9 });
    const all = subsets([12, 13, 14, 15, 16]).map((safeguard) => meanOf({ ...given, safeguard }));
    expect(meanOf({ ...given, safeguard: 'optimal' })).to.equal(Math.min(...all));
  });

  it('agrees with the game played by chance: mean, destruction and quantiles within 4 standard errors', function () {
    this.timeout(60_000);
    const cases = [
      problem({ itemLevel: 160, from: 0, to: 19 }),
      problem({ from: 12, to: 20, event: { ...shining, sure: true }, safeguard: [15, 16], mvp: 10, sparePrice: 5e8 }),
      problem({ from: 15, to: 21, restore: [15, 18, 20], event: shining, sparePrice: 1e9 }),
      problem({ ruleSet: 'kms2025', to: 18, starCatch: true, event: { ...noEvent, onePlus: true } }),
      problem({ ruleSet: 'kms2024', from: 10, to: 19, safeguard: [15, 16] }),
      problem({ ruleSet: 'sf25-nodrop15', itemLevel: 150, from: 15, to: 18, starCatch: true }),
      problem({ ruleSet: 'sf25-pre2022', itemLevel: 150, from: 5, to: 17, event: { ...noEvent, onePlus: true } }),
      problem({ ruleSet: 'gms2025', from: 15, to: 22, starCatch: true, sparePrice: 1e8 }),
    ];
    const games = 5000;
    for (const [index, given] of cases.entries()) {
      const { law, facts } = valued(given);
      const random = randomFrom(index + 1);
      const played = Array.from({ length: games }, () => play(given, random));
      const z = (share: number, chance: number) =>
        (share - chance) / Math.sqrt((chance * (1 - chance)) / games + 1e-12);
      const mean = played.reduce((sum, { cost }) => sum + cost, 0) / games;
      const whole = played.filter(({ booms }) => booms === 0).length / games;
      const booms = played.reduce((sum, game) => sum + game.booms, 0) / games;
      const boomsSd = Math.sqrt(played.reduce((sum, game) => sum + (game.booms - booms) ** 2, 0) / games);
      expect(Math.abs(mean - law.mean) / Math.sqrt(law.variance / games), `mean of case ${index}`).to.be.lessThan(4);
      expect(Math.abs(booms - facts.booms) / (boomsSd / Math.sqrt(games)), `booms of case ${index}`).to.be.lessThan(4);
      expect(Math.abs(z(whole, facts.noBoomProbability)), `no boom in case ${index}`).to.be.lessThan(4);
      for (const q of [0.1, 0.5, 0.9, 0.99]) {
        // A hair above the quantile, so that an atom just there counts on both sides.
        const x = quantile(law, q) * (1 + 1e-9);
        const share = played.filter(({ cost }) => cost <= x).length / games;
        expect(Math.abs(z(share, chanceWithin(law, x))), `q=${q} of case ${index}`).to.be.lessThan(4);
        expect(chanceWithin(law, x)).to.be.at.least(q - 2e-3);
      }
    }
  });

  it('never answers with NaN, whatever it is given', () => {
    const anything = fc.oneof(
      fc.double(),
      fc.integer({ min: -3, max: 320 }),
      fc.constantFrom(NaN, Infinity, -0, 1e308),
    );
    const garbage = fc.record({
      itemLevel: anything,
      from: anything,
      to: anything,
      mvp: anything,
      sparePrice: anything,
    });
    fc.assert(
      fc.property(garbage, fc.constantFrom(...ruleSets), (change, ruleSet) => {
        const solved = solveStarForce(problem({ ruleSet, ...change }));
        if (solved.status !== 'valued') return;
        const { from, to, attempts, booms, spares, noBoomProbability } = solved.facts;
        const { mean, variance } = solved.law;
        for (const value of [mean, variance, attempts, booms, spares, noBoomProbability]) expect(value).to.be.finite;
        expect(to).to.be.greaterThan(from);
      }),
      runs(3000),
    );
  });
});
