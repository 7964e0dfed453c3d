import { expect } from 'chai';
import type { NormalisedItem } from '../../../../src/domain/character/equipment.ts';
import { defaultAssumptions } from '../../../../src/domain/valuation/assumptions.ts';
import type { Assumptions } from '../../../../src/domain/valuation/assumptions.ts';
import { solveBonusOptions } from '../../../../src/domain/valuation/bonus-options/solve.ts';
import { jobOf } from '../../../../src/domain/valuation/jobs.ts';
import { anItem } from '../items.ts';
import { rules } from './rule-file.ts';

const solve = (item: NormalisedItem, assumptions: Partial<Assumptions> = {}, characterClass = '에반') =>
  solveBonusOptions(item, item.slot === '무기' ? 'weapon' : 'armor', {
    rules,
    job: jobOf(characterClass),
    assumptions: { ...defaultAssumptions, ...assumptions },
  });

describe('bonus options of an item', () => {
  const hat = anItem({ bonusOptions: { int: 66, luk: 30, allStat: 5, magicPower: 5 } });

  it('cost 3,000,000 mesos per reset with the odds of the eternal flame', () => {
    const solved = solve(hat);
    if (solved.status !== 'valued') throw new Error(solved.status);
    expect(solved.facts).to.deep.include({ flame: 'meso', score: 66 + 3 + 50 + 20, bossItem: true });
    expect(solved.law.mean).to.be.closeTo(3e6 * solved.facts.trials.mean, 1);
    const withFlame = solve(hat, { flame: 'eternal', flamePrice: 5e7 });
    if (withFlame.status !== 'valued') throw new Error(withFlame.status);
    expect(withFlame.facts.trials).to.deep.equal(solved.facts.trials);
    expect(withFlame.law.mean / solved.law.mean).to.be.closeTo(5e7 / 3e6, 1e-12);
  });

  it('are not priced without a flame price, but the tries are told', () => {
    const solved = solve(hat, { flame: 'abyss' });
    expect(solved).to.deep.include({ status: 'unsupported', reason: 'no-flame-price' });
    expect(solved).to.have.nested.property('facts.trials.mean').greaterThan(1);
  });

  it('count the attack of the class only (regression)', () => {
    const attackOnly = anItem({ bonusOptions: { attackPower: 5 } });
    expect(solve(attackOnly)).to.deep.equal({ status: 'none', reason: 'filler-only' });
    expect(solve(attackOnly, {}, '히어로').status).to.equal('valued');
  });

  it('are nothing to pay when there are none, or none of use', () => {
    expect(solve(anItem())).to.deep.equal({ status: 'none' });
    expect(solve(anItem({ bonusOptions: { speed: 5, jump: 3 } }))).to.deep.equal({
      status: 'none',
      reason: 'filler-only',
    });
  });

  it('are unsupported, with the reason, where the rules say nothing', () => {
    const reasonOf = (item: NormalisedItem, assumptions?: Partial<Assumptions>, characterClass?: string) => {
      const solved = solve(item, assumptions, characterClass);
      return solved.status === 'unsupported' ? solved.reason : solved.status;
    };
    expect(reasonOf({ ...hat, level: 75 })).to.equal('level-below-100');
    expect(reasonOf({ ...hat, level: Number.NaN })).to.equal('invalid-level');
    expect(reasonOf({ ...hat, level: 1e9 })).to.equal('invalid-level');
    expect(reasonOf({ ...hat, baseAttackPower: -1 })).to.equal('invalid-base-attack');
    expect(reasonOf({ ...hat, bonusOptions: { ...hat.bonusOptions, str: Number.NaN } })).to.equal(
      'invalid-bonus-options',
    );
    expect(reasonOf(hat, {}, '초보자')).to.equal('unknown-class');
    expect(reasonOf(hat, { weights: { INT: 1 } }, '초보자'), 'weights make the class unneeded').to.equal('valued');
    expect(reasonOf({ ...hat, name: '?', bonusOptions: anItem({ bonusOptions: { int: 1 } }).bonusOptions })).to.equal(
      'boss-undecidable',
    );
    expect(reasonOf(anItem({ bonusOptions: { int: 5000 } }))).to.equal('impossible');
  });

  it('value the real Genesis staff: 250 magic attack is stage 7', () => {
    const staff = anItem({
      ...{ slot: '무기', part: '스태프', name: '제네시스 스태프', baseAttackPower: 251, baseMagicPower: 406 },
      bonusOptions: { str: 24, dex: 24, int: 24, luk: 24, magicPower: 250, allStat: 4 },
    });
    const solved = solve(staff);
    if (solved.status !== 'valued') throw new Error(solved.status);
    expect(solved.facts.score).to.be.closeTo(24 + 2.4 + 40 + 1000, 1e-9);
    expect(solved.facts.trials.mean).to.be.greaterThan(100);
  });
});
