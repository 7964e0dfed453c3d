import { expect } from 'chai';
import { distribution } from '../../../../src/domain/valuation/distribution/distribution.ts';
import type { PotentialProblem } from '../../../../src/domain/valuation/potential/solve.ts';
import { solveGoal } from '../../../../src/domain/valuation/potential/solve.ts';
import { factsOf, problem, valued } from './fixture.ts';

describe('solveGoal', () => {
  it('pays the trials and nothing else where the item is legendary already', () => {
    const { law, facts } = valued({ goal: { STR: 21 } });
    expect(facts.trials.p50).to.equal(20);
    expect(facts).not.to.have.property('tierUp');
    expect(facts.tierUps).to.equal(0);
    expect(law.mean).to.be.closeTo(facts.trials.mean * 45e6, 1);
    expect(distribution(law).p90).to.equal(64 * 45e6);
  });

  it('counts the roll that brings the grade as a roll of that grade', () => {
    const { law, facts } = valued({ startGrade: 'unique', goal: { STR: 21 } });
    const [step] = facts.tierUp!.steps;
    expect(facts.tierUp!.rolls).to.be.closeTo(step!.tries.mean, 1e-12);
    expect(facts.tierUp!.cost).to.be.closeTo(step!.tries.mean * 38.25e6, 1);
    expect(law.mean).to.be.closeTo(step!.tries.mean * 38.25e6 + (facts.trials.mean - 1) * 45e6, 1);
    expect(facts.tierUps).to.equal(1);
  });

  it('lets resets tier up in the target phase below legendary', () => {
    const { law, facts } = valued({ kind: 'additional', slot: 'earring', grade: 'epic', goal: { S: 110 } });
    expect(facts.tierUps).to.be.greaterThan(0.5).and.lessThan(2);
    const asIfStuck = facts.trials.mean * 30.8e6;
    expect(law.mean).to.be.lessThan(asIfStuck / 10);
  });

  it('is cheaper with every failure banked, and with the N convention', () => {
    const mean = (changes: Partial<PotentialProblem>) => valued({ startGrade: 'unique', ...changes }).law.mean;
    expect(mean({ failuresSoFar: 50 })).to.be.lessThan(mean({}));
    expect(mean({ failuresSoFar: 107 })).to.be.closeTo(38.25e6 + 45e6 * (1 / factsOf({}).trials.probability - 1), 1);
    expect(mean({ guarantee: 'N' })).to.be.lessThan(mean({}));
    expect(mean({ miracleTime: true })).to.be.lessThan(mean({}));
    expect(mean({ failuresSoFar: 500 })).to.equal(mean({ failuresSoFar: 107 }));
  });

  it('gives trials without a cube price and the cost with it', () => {
    const without = solveGoal(problem({ method: 'red', startGrade: 'epic' }));
    expect(without).to.deep.include({ status: 'unsupported', reason: 'no-cube-price' });
    const facts = factsOf({ method: 'red', startGrade: 'epic' });
    expect(facts.trials.probability).to.be.closeTo(0.0313051, 1e-6);
    expect(facts.tierUp!.cost).to.equal(null);
    expect(facts.tierUp!.rolls).to.be.closeTo(43.474845 + 259.346735, 1e-5);
    const withPrice = valued({ method: 'red', startGrade: 'epic', cubePrice: 12_345_678.9 });
    const rolls = facts.tierUp!.rolls + facts.trials.mean - 1;
    expect(withPrice.law.mean / 12_345_678.9).to.be.closeTo(rolls, 1e-6);
    expect((distribution(withPrice.law).p90 / 12_345_678.9) % 1).to.be.closeTo(0, 1e-6);
  });

  it('does not count a roll that repeats the present lines', () => {
    const plain = factsOf({ goal: { CD_lines: 1 }, slot: 'gloves' }).trials;
    const { law, facts } = valued({ goal: { CD_lines: 1 }, slot: 'gloves', sameResultReroll: true });
    expect(facts.trials.probability).to.equal(plain.probability);
    expect(facts.trials.mean).to.be.closeTo(8.15409, 1e-5);
    expect(facts.trials.mean).to.be.lessThan(plain.mean);
    expect(facts.trials.p90).to.equal(18);
    expect(law.mean).to.be.closeTo(facts.trials.mean * 45e6, 1);
    const climbing = valued({ startGrade: 'unique', sameResultReroll: true });
    expect(climbing.law.mean).to.be.lessThan(valued({ startGrade: 'unique' }).law.mean);
  });

  const nothing: readonly (readonly [string, Partial<PotentialProblem>])[] = [
    ['no pool for level band', { itemLevel: 99 }],
    ['no pool for level band', { itemLevel: 251 }],
    ['no pool for level band', { itemLevel: 70, grade: 'epic', startGrade: 'rare', goal: {} }],
    ['no pool for slot and grade', { slot: 'belt', itemLevel: 250 }],
    ['no pool for slot and grade', { slot: 'forceShieldSoulRing', grade: 'unique' }],
    ['no pool for slot and grade', { method: 'gold', grade: 'unique' }],
    ['no pool for slot and grade', { kind: 'additional', method: 'bronze', grade: 'epic' }],
    ['no-such-method', { kind: 'additional', method: 'red' }],
    ['no tier-up from epic', { method: 'bronze', grade: 'unique', startGrade: 'epic' }],
    ['impossible', { goal: { STR: 37 } }],
    ['impossible', { goal: { COOL: 1 } }],
    ['impossible-after-tier-up', { grade: 'rare', goal: { 'line:STR +12': 1, STR_FLAT: 24 } }],
    ['unknown-class', { goal: { S: 100 }, wearer: undefined }],
    ['start-grade-above-grade', { grade: 'epic', startGrade: 'unique' }],
    ['invalid-level', { itemLevel: NaN }],
    ['invalid-level', { itemLevel: -1 }],
    ['invalid-level', { itemLevel: 200.5 }],
    ['invalid-failures', { failuresSoFar: -1 }],
    ['invalid-failures', { failuresSoFar: Infinity }],
    ['invalid-cube-price', { method: 'red', cubePrice: 0 }],
    ['invalid-cube-price', { method: 'red', cubePrice: NaN }],
    ['invalid-goal: STR', { goal: { STR: NaN } }],
    ['invalid-goal: STR', { goal: { STR: -1 } }],
    ['invalid-goal: STR', { goal: { STR: 0 } }],
    ['invalid-goal: toString', { goal: { toString: 3 } as never }],
    ['same-result-below-highest-grade', { grade: 'unique', sameResultReroll: true }],
    ['same-result-among-merged-options', { method: 'silver', grade: 'unique', sameResultReroll: true }],
  ];
  for (const [reason, changes] of nothing)
    it(`is unsupported: ${reason} ${JSON.stringify(changes)}`, () => {
      expect(solveGoal(problem(changes))).to.deep.equal({ status: 'unsupported', reason });
    });

  it('has nothing to pay for an empty goal at the grade the item starts from', () => {
    expect(solveGoal(problem({ goal: {} }))).to.deep.equal({ status: 'none', reason: 'filler-only' });
  });
});
