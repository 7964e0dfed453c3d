import { expect } from 'chai';
import { ProblemError } from '../../../src/domain/errors.ts';
import { parseEstimate } from '../../../src/domain/valuation/estimate-input.ts';
import { estimate } from '../../../src/domain/valuation/estimate.ts';
import { ruleSet } from './rule-sets.ts';

const rules = ruleSet();

/** The body of the contract's example. */
const example = {
  ruleSet: 'kms2026',
  starforce: {
    ...{ itemLevel: 200, from: 15, to: 22, sparePrice: 0, mvp: 0, pcRoom: false, starCatch: false },
    event: { cost30: false, destroy30: false, restore20: false },
    ...{ safeguard: [15, 16], restore: [20], strategy: 'given' },
  },
  potential: {
    ...{ kind: 'main', method: 'meso', slot: 'cape', itemLevel: 200, grade: 'legendary' },
    ...{ goal: { STR: 21 }, startGrade: 'legendary', failuresSoFar: 0, guarantee: 'N+1' },
  },
  bonusOptions: {
    ...{ flame: 'eternal', itemLevel: 200, kind: 'armor', bossItem: true },
    ...{ weights: { STR: 1, DEX: 0.1, ALL: 10, ATT: 4 }, threshold: 100, baseAttack: 0 },
  },
};

type Part = 'starforce' | 'potential' | 'bonusOptions';

const withField = (part: Part, change: Record<string, unknown>) => ({ [part]: { ...example[part], ...change } });

function fieldAtFault(body: unknown): string | undefined {
  // The error is what is looked at.
  try {
    estimate(parseEstimate(body), rules);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'invalid-input') return error.field ?? 'body';
    throw error;
  }
  return undefined;
}

const answer = (body: unknown) => estimate(parseEstimate(body), rules) as Record<Part, Record<string, unknown>>;

describe('estimates of one item given by hand', () => {
  it('answer the example of the contract with the same keys as components', () => {
    const { starforce, potential, bonusOptions, ...named } = answer(example);
    expect(named).to.include({ ruleSet: 'kms2026', tables: rules.tables });
    expect(starforce).to.include({ status: 'valued', from: 15, to: 22 });
    expect(starforce).to.include.keys('cost', 'attempts', 'booms', 'spares', 'noBoomProbability', 'strategy');
    expect(potential.status).to.equal('valued');
    expect(potential).to.have.nested.property('trials.mean').closeTo(28.0857, 1e-3);
    expect(potential).to.not.have.property('tierUp');
    expect(bonusOptions).to.include({ status: 'unsupported', reason: 'no-flame-price' });
    expect(bonusOptions).to.have.nested.property('trials.mean').greaterThan(1);
  });

  it('answer only what was asked', () => {
    expect(answer({ potential: example.potential })).to.have.all.keys('ruleSet', 'tables', 'engine', 'potential');
  });

  it('price flames and cubes by the price given', () => {
    const meso = answer(withField('bonusOptions', { flame: 'meso' })).bonusOptions;
    const bought = answer(withField('bonusOptions', { flamePrice: '3000만' })).bonusOptions;
    expect(bought).to.have.nested.property('cost.mean');
    const meanOf = (part: Record<string, unknown>) => (part.cost as { mean: number }).mean;
    expect(meanOf(bought) / meanOf(meso)).to.be.closeTo(10, 1e-6);
    expect(answer(withField('potential', { method: 'red' })).potential.reason).to.equal('no-cube-price');
    expect(answer(withField('potential', { method: 'red', cubePrice: 12_000_000 })).potential.status).to.equal(
      'valued',
    );
  });

  it('give the way up when the item starts lower', () => {
    expect(answer(withField('potential', { startGrade: 'epic' })).potential).to.have.nested.property(
      'tierUp.from',
      'epic',
    );
  });

  it('call an unreachable goal impossible', () => {
    expect(answer(withField('potential', { goal: { STR: 60 } })).potential).to.include({
      status: 'unsupported',
      reason: 'impossible',
    });
    expect(answer(withField('bonusOptions', { threshold: 5000 })).bonusOptions).to.include({ reason: 'impossible' });
    expect(answer(withField('bonusOptions', { itemLevel: 99 })).bonusOptions).to.include({
      reason: 'level-below-100',
    });
  });

  it('need class and level for the stat score', () => {
    expect(fieldAtFault(withField('potential', { goal: { S: 210 } }))).to.equal('potential.class');
    const score = { goal: { S: 210 }, class: '아델', characterLevel: 285 };
    expect(answer(withField('potential', score)).potential.status).to.equal('valued');
  });

  it('name the field that is wrong', () => {
    expect(fieldAtFault(null)).to.equal('body');
    expect(fieldAtFault([])).to.equal('body');
    expect(fieldAtFault({})).to.equal('body');
    expect(fieldAtFault({ ...example, colour: 1 })).to.equal('colour');
    expect(fieldAtFault({ ...example, ruleSet: 'kms1999' })).to.equal('ruleSet');
    for (const [part, change, field] of [
      ['starforce', { itemLevel: Number.NaN }, 'itemLevel'],
      ['starforce', { itemLevel: undefined }, 'itemLevel'],
      ['starforce', { from: 22 }, 'to'],
      ['starforce', { to: 31 }, 'to'],
      ['starforce', { itemLevel: 110 }, 'to'],
      ['starforce', { sparePrice: -1 }, 'sparePrice'],
      ['starforce', { mvp: 4 }, 'mvp'],
      ['starforce', { restore: ['x'] }, 'restore'],
      ['starforce', { strategy: 'best' }, 'strategy'],
      ['starforce', { event: { cost30: 'yes' } }, 'event.cost30'],
      ['potential', { kind: 'other' }, 'kind'],
      ['potential', { method: 'white' }, 'method'],
      ['potential', { slot: 'tail' }, 'slot'],
      ['potential', { grade: 'mythic' }, 'grade'],
      ['potential', { grade: 'rare' }, 'startGrade'],
      ['potential', { goal: { FUN: 1 } }, 'goal.FUN'],
      ['potential', { goal: { STR: 0 } }, 'goal.STR'],
      ['potential', { goal: [] }, 'goal'],
      ['potential', { cubePrice: 0 }, 'cubePrice'],
      ['bonusOptions', { kind: 'ring' }, 'kind'],
      ['bonusOptions', { threshold: 0 }, 'threshold'],
      ['bonusOptions', { weights: {} }, 'weights'],
      ['bonusOptions', { baseAttack: 1.5 }, 'baseAttack'],
      ['bonusOptions', { bossItem: 'maybe' }, 'bossItem'],
      ['bonusOptions', { colour: 1 }, 'colour'],
    ] as const)
      expect(fieldAtFault(withField(part, change)), JSON.stringify(change)).to.equal(`${part}.${field}`);
  });
});
