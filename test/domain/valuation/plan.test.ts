import { expect } from 'chai';
import { defaultAssumptions } from '../../../src/domain/valuation/assumptions.ts';
import { chances } from '../../../src/domain/valuation/chances.ts';
import { plan } from '../../../src/domain/valuation/plan.ts';
import { valuate } from '../../../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../../../src/platform/bounded-memo.ts';
import { anItem, wearing } from './items.ts';
import { ruleSet } from './rule-sets.ts';

const rules = ruleSet();
const memo = boundedMemo(1000);
const equipment = wearing(
  anItem({ stars: 17, bonusOptions: { int: 66, luk: 30, allStat: 5 } }),
  anItem({ slot: '반지1', part: '반지', level: 140, stars: 12 }),
);
const request = { equipment, ruleSet: rules, preset: 1, memo } as const;
const totalMean = (assumptions = defaultAssumptions) =>
  valuate(equipment, rules, assumptions, memo).presets[0]!.total.cost!.mean;

interface Planned {
  readonly plain: { mean: number };
  readonly planned: { mean: number };
  readonly saving: number;
  readonly steps: readonly {
    component: string;
    saving: number | null;
    cost: { mean: number };
    flame?: string;
    strategy?: { safeguard: number[]; restore: number[] };
  }[];
}

describe('plan', () => {
  it('is never dearer than the assumed route and saves what it says', () => {
    const assumptions = { ...defaultAssumptions, sparePrice: 5e9 };
    const result = plan({ ...request, assumptions }) as unknown as Planned;
    expect(result.plain.mean).to.be.closeTo(totalMean(assumptions), 1);
    expect(result.planned.mean).to.be.lessThan(result.plain.mean);
    expect(result.saving).to.be.closeTo(result.plain.mean - result.planned.mean, 1);
    const stars = result.steps.find((step) => step.component === 'starforce')!;
    expect(stars.strategy!.safeguard.length + stars.strategy!.restore.length).to.be.greaterThan(0);
    const savings = result.steps.reduce((sum, step) => sum + step.saving!, 0);
    expect(savings).to.be.closeTo(result.saving, 3);
  });

  it('takes the meso reset where the assumed flame is dearer or has no price', () => {
    const flameOf = (flamePrice: number | null) => {
      const assumptions = { ...defaultAssumptions, flame: 'abyss', flamePrice } as const;
      const { steps } = plan({ ...request, assumptions }) as unknown as Planned;
      return steps.find((step) => step.component === 'bonusOptions')!;
    };
    expect(flameOf(null)).to.include({ flame: 'meso', saving: null });
    expect(flameOf(1e9)).to.include({ flame: 'meso' }).and.have.property('saving').greaterThan(1e9);
    expect(flameOf(1)).to.include({ flame: 'abyss', saving: 0 });
  });

  it('of a preset that is not there is empty', () => {
    expect(plan({ ...request, preset: 3, assumptions: defaultAssumptions })).to.deep.include({ saving: 0, steps: [] });
  });
});

describe('chances', () => {
  const ask = (budget: number | undefined, preset: 1 | 2 = 1) =>
    chances({ ...request, assumptions: defaultAssumptions, preset, budget }) as unknown as {
      total: { mean: number; p50: number; p99: number };
      probability?: number;
      points: { cost: number; probability: number }[];
    };

  it('tell the distribution, the chance within a budget, and a rising curve up to the 99 % quantile', () => {
    const { total, probability, points } = ask(ask(undefined).total.p50);
    expect(total.mean).to.be.closeTo(totalMean(), 1);
    expect(probability).to.be.closeTo(0.5, 2e-3);
    expect(points).to.have.length(100);
    for (const [index, point] of points.entries())
      expect(point.probability).to.be.within(index === 0 ? 0 : points[index - 1]!.probability - 1e-6, 1);
    expect(points.at(-1)).to.have.property('cost', total.p99);
    expect(points.at(-1)!.probability).to.be.closeTo(0.99, 2e-3);
    expect(ask(0).probability).to.equal(0);
  });

  it('of a preset that is not there are certain', () => {
    expect(ask(0, 2)).to.deep.include({ probability: 1, points: [{ cost: 0, probability: 1 }] });
  });
});
