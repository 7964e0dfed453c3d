import { expect } from 'chai';
import type { NormalisedEquipment, NormalisedItem } from '../../../src/domain/character/equipment.ts';
import { defaultAssumptions } from '../../../src/domain/valuation/assumptions.ts';
import { componentNames } from '../../../src/domain/valuation/component.ts';
import type { Distribution } from '../../../src/domain/valuation/distribution/distribution.ts';
import { solveItems, valuate } from '../../../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../../../src/platform/bounded-memo.ts';
import { anItem, wearing } from './items.ts';
import { ruleSet } from './rule-sets.ts';

const rules = ruleSet();
const valueOf = (item: NormalisedItem) => valuate(wearing(item), rules, defaultAssumptions).items[0]!;
const legendary = (...lines: [string, string, string]) => ({ grade: 'legendary', sealed: false, lines }) as const;

/** Mean and variance of a distribution that is there. */
const meanOf = (cost: Distribution | null) => cost!.mean;
const varianceOf = (cost: Distribution | null) => cost!.sd ** 2;

const hat = anItem({
  stars: 17,
  potential: legendary('INT +12%', 'INT +9%', '올스탯 +6%'),
  additionalPotential: legendary('INT +8%', 'INT +6%', '마력 +11'),
  bonusOptions: { int: 66, luk: 30, allStat: 5, magicPower: 5 },
});

describe('valuation of an item', () => {
  it('values all four components and sums them: means and variances add', () => {
    const { components, total } = valueOf(hat);
    const costs = componentNames.map((name) => {
      const component = components[name];
      if (component.status !== 'valued') throw new Error(`${name}: ${component.status}`);
      expect(component.cost.mean).to.be.greaterThan(0);
      return component.cost;
    });
    expect(total.unsupported).to.equal(0);
    const mean = costs.reduce((sum, cost) => sum + cost.mean, 0);
    const variance = costs.reduce((sum, cost) => sum + cost.sd ** 2, 0);
    expect(meanOf(total.cost) / mean).to.be.closeTo(1, 1e-12);
    expect(varianceOf(total.cost) / variance).to.be.closeTo(1, 1e-12);
    const { p10, p50, p75, p90, p95, p99 } = total.cost!;
    expect([p10, p50, p75, p90, p95, p99]).to.deep.equal([p10, p50, p75, p90, p95, p99].sort((a, b) => a - b));
  });

  it('leaves out what is unsupported and says so; it is never zero (regression: missing table ⇒ cost 0)', () => {
    const lowLevel = valueOf({ ...hat, level: 80, stars: 5, name: '?' });
    expect(lowLevel.components.potential).to.deep.include({ status: 'unsupported' });
    expect(lowLevel.components.bonusOptions).to.deep.equal({ status: 'unsupported', reason: 'level-below-100' });
    expect(lowLevel.components.starforce.status).to.equal('valued');
    expect(lowLevel.total.unsupported).to.equal(3);
    const { starforce } = lowLevel.components;
    expect(lowLevel.total.cost).to.deep.equal(starforce.status === 'valued' && starforce.cost);
  });

  it('has no total when nothing is valued, and a certain 0 only when there is nothing to pay', () => {
    const unknown = valueOf(anItem({ potential: { grade: 'legendary', sealed: true, lines: ['?', '?', '?'] } }));
    expect(unknown.total).to.deep.equal({ cost: null, unsupported: 1 });
    const medal = valueOf(anItem({ slot: '훈장', part: '훈장' }));
    expect(medal.total.unsupported).to.equal(0);
    expect(medal.total.cost).to.deep.equal({ mean: 0, sd: 0, p10: 0, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0 });
  });

  it('values the other components of an item without main potential (regression)', () => {
    const { components } = valueOf({ ...hat, potential: anItem().potential });
    expect(components.potential).to.deep.equal({ status: 'none' });
    for (const name of ['starforce', 'additionalPotential', 'bonusOptions'] as const)
      expect(components[name].status, name).to.equal('valued');
  });

  it('knows what cannot be valued, or costs nothing, by the item itself', () => {
    const starForceOf = (change: Partial<NormalisedItem>) => valueOf({ ...hat, ...change }).components.starforce;
    expect(starForceOf({ name: '타일런트 히아데스 햇' })).to.deep.equal({
      status: 'unsupported',
      reason: 'superior-item',
    });
    expect(starForceOf({ starScroll: true })).to.deep.equal({ status: 'unsupported', reason: 'star-scroll' });
    expect(starForceOf({ stars: 31 }))
      .to.have.property('reason')
      .that.includes('star-above-maximum: 31');
    expect(starForceOf({ stars: 2.5 })).to.deep.equal({ status: 'unsupported', reason: 'invalid-stars' });
    expect(starForceOf({ stars: 0 })).to.deep.equal({ status: 'none' });
    expect(starForceOf({ slot: '엠블렘' })).to.deep.equal({ status: 'unsupported', reason: 'stars-in-this-slot' });
    const staff = { slot: '무기', part: '스태프', name: '제네시스 스태프' };
    expect(starForceOf({ ...staff, stars: 22 })).to.deep.equal({ status: 'none', reason: 'granted' });
    expect(starForceOf({ ...staff, stars: 23 })).to.have.nested.property('facts.from', 22);
    for (const component of Object.values(valueOf({ ...hat, specialRingLevel: 4 }).components))
      expect(component).to.deep.equal({ status: 'none', reason: 'seed-ring' });
    for (const component of Object.values(valueOf({ ...hat, slot: '꼬리' }).components))
      expect(component).to.deep.equal({ status: 'unsupported', reason: 'unknown-slot: 꼬리' });
  });

  it('asks the class for potentials and bonus options, not for stars', () => {
    const stranger = { ...wearing(hat), characterClass: '초보자' };
    const { components } = valuate(stranger, rules, defaultAssumptions).items[0]!;
    expect(components.starforce.status).to.equal('valued');
    for (const name of ['potential', 'additionalPotential', 'bonusOptions'] as const)
      expect(components[name]).to.deep.equal({ status: 'unsupported', reason: 'unknown-class' });
  });

  it('has no tables of potentials and bonus options but for kms2026: unsupported, never borrowed', () => {
    const { components } = valuate(wearing(hat), ruleSet('gms2025'), defaultAssumptions).items[0]!;
    expect(components.starforce.status).to.equal('valued');
    for (const name of ['potential', 'additionalPotential', 'bonusOptions'] as const)
      expect(components[name]).to.deep.equal({ status: 'unsupported', reason: 'no-table' });
  });
});

describe('valuation of presets', () => {
  const ring = anItem({ slot: '반지1', part: '반지', name: '마이스터링', level: 140, stars: 12 });

  it('counts an item worn twice as two independent ones', () => {
    const equipment = { ...wearing(ring), presets: [{ preset: 1, items: [0, 0] }] as const };
    const { items, presets } = valuate(equipment, rules, defaultAssumptions);
    const one = items[0]!.total.cost;
    expect(meanOf(presets[0]!.total.cost) / meanOf(one)).to.be.closeTo(2, 1e-12);
    expect(varianceOf(presets[0]!.total.cost) / varianceOf(one)).to.be.closeTo(2, 1e-9);
  });

  it('shows the dearest preset beside the active one', () => {
    const equipment = {
      ...wearing(hat, ring),
      activePreset: 2,
      presets: [
        { preset: 1, items: [0, 1] },
        { preset: 2, items: [1] },
        { preset: 3, items: [] },
      ],
    } as const;
    const valuation = valuate(equipment, rules, defaultAssumptions);
    expect(valuation).to.include({ activePreset: 2, maxPreset: 1 });
    expect(valuation.presets[2]!.total).to.deep.include({ unsupported: 0 });
    expect(meanOf(valuation.presets[2]!.total.cost)).to.equal(0);
    const [first] = valuation.presets;
    const byComponent = componentNames.reduce((sum, name) => sum + meanOf(first!.components[name].cost), 0);
    expect(byComponent / meanOf(first!.total.cost)).to.be.closeTo(1, 1e-12);
  });

  it('survives a character without any preset', () => {
    const naked = { ...wearing(), activePreset: 3, presets: [] } as const;
    expect(valuate(naked, rules, defaultAssumptions)).to.deep.include({ activePreset: 3, maxPreset: 3, presets: [] });
  });

  it('is the same with a memo, and the memo tells assumptions, class and level apart', () => {
    const memo = boundedMemo(1000);
    const dear = { ...defaultAssumptions, sparePrice: 1e9 };
    const fighter = { ...wearing(hat), characterClass: '히어로' };
    const younger = { ...wearing(hat), characterLevel: 200 };
    for (const [equipment, assumptions] of [
      [wearing(hat), defaultAssumptions],
      [wearing(hat), dear],
      [fighter, defaultAssumptions],
      [younger, defaultAssumptions],
      [wearing(hat), { ...defaultAssumptions, initialGrade: 'epic' }],
      [wearing(hat), { ...defaultAssumptions, guarantee: 'N' }],
      [wearing(hat), defaultAssumptions],
    ] as const)
      expect(valuate(equipment, rules, assumptions, memo)).to.deep.equal(valuate(equipment, rules, assumptions));
    expect(valuate(wearing(hat), rules, dear, memo)).to.not.deep.equal(
      valuate(wearing(hat), rules, defaultAssumptions, memo),
    );
  });

  it('keeps the way up to a grade once for all potentials that take it', () => {
    const memo = boundedMemo(1000);
    const ways = [hat, { ...hat, stars: 0 }].map((item) => {
      const { potential: solved } = solveItems(wearing(item), rules, defaultAssumptions, memo)[0]!.components;
      return solved.status === 'valued' ? solved.facts.tierUp : expect.fail(solved.status);
    });
    expect(ways[0]!.steps).to.not.deep.equal([]);
    expect(ways[1]).to.equal(ways[0]);
  });

  it('shares items among classes that value the same and levels that count the same', () => {
    const worn = { ...wearing(hat), characterClass: '비숍', characterLevel: 279 };
    const solved = (equipment: NormalisedEquipment) => solveItems(equipment, rules, defaultAssumptions)[0]!;
    const other = solved({ ...worn, characterClass: '에반', characterLevel: 287 });
    expect(other.key).to.equal(solved(worn).key);
    expect(other.valuation).to.deep.equal(solved(worn).valuation);
    for (const different of [
      { characterLevel: 288 },
      { characterLevel: 278 },
      { characterLevel: 0 },
      { characterClass: '히어로' },
    ])
      expect(solved({ ...worn, ...different }).key).to.not.equal(solved(worn).key);
  });
});
