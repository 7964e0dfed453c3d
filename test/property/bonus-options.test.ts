import { expect } from 'chai';
import fc from 'fast-check';
import { probabilityOfScore } from '../../src/domain/valuation/bonus-options/score.ts';
import { optionValue } from '../../src/domain/valuation/bonus-options/values.ts';
import { rules } from '../domain/valuation/bonus-options/rule-file.ts';

const item = fc.record({
  kind: fc.constantFrom('weapon' as const, 'armor' as const),
  boss: fc.boolean(),
  level: fc.constantFrom(100, 140, 160, 200, 250),
  baseAttackPower: fc.integer({ min: 0, max: 400 }),
  baseMagicPower: fc.integer({ min: 0, max: 400 }),
});
const weight = fc.integer({ min: 0, max: 40 }).map((quarter) => quarter / 4);
const weights = fc.record({ STR: weight, LUK: weight, ALL: weight, ATT: weight, MATT: weight });
const flame = fc.constantFrom('meso' as const, 'powerful' as const, 'eternal' as const, 'abyss' as const);
const problem = fc.record({ rules: fc.constant(rules), flame, item, weights });
const threshold = fc.integer({ min: 1, max: 400 }).map((half) => half / 2);

describe('bonus options, any item and weights', () => {
  it('are the less likely the more is asked for, and a probability', () => {
    fc.assert(
      fc.property(problem, threshold, threshold, (one, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const likely = probabilityOfScore({ ...one, threshold: low });
        const unlikely = probabilityOfScore({ ...one, threshold: high });
        expect(unlikely).to.be.at.most(likely).and.at.least(0);
        expect(likely).to.be.at.most(1);
      }),
    );
  });

  it('reach a score that asks for nothing with certainty, in exact numbers', () => {
    fc.assert(
      fc.property(problem, (one) => {
        expect(probabilityOfScore({ ...one, threshold: 0 })).to.be.closeTo(1, 1e-15);
      }),
    );
  });

  it('do not depend on the scale of the weights', () => {
    fc.assert(
      fc.property(problem, threshold, (one, least) => {
        const half = Object.fromEntries(Object.entries(one.weights).map(([key, value]) => [key, value / 2]));
        expect(probabilityOfScore({ ...one, weights: half, threshold: least / 2 })).to.equal(
          probabilityOfScore({ ...one, threshold: least }),
        );
      }),
    );
  });

  it('are worth more at a higher stage', () => {
    fc.assert(
      fc.property(item, fc.constantFrom(...rules.options.weapon, ...rules.options.armor), (one, option) => {
        for (let stage = one.boss ? 3 : 1; stage < (one.boss ? 7 : 5); stage++) {
          const [here, above] = [optionValue(option, stage, one), optionValue(option, stage + 1, one)];
          for (const key of Object.keys(here) as (keyof typeof here)[]) expect(above[key]).to.be.at.least(here[key]!);
        }
      }),
    );
  });
});
