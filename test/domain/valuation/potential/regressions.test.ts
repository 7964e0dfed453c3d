import { expect } from 'chai';
import type { PotentialState } from '../../../../src/domain/character/equipment.ts';
import { distribution } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { requirementOf } from '../../../../src/domain/valuation/potential/requirement.ts';
import { type StateContext, solvePotential } from '../../../../src/domain/valuation/potential/solve.ts';
import { evan, factsOf, problem, rules, valued } from './fixture.ts';

/** What the earlier engine got wrong, one test each. (Line texts: see the tests of `parseLine`.) */
describe('what the earlier engine got wrong: potentials', () => {
  const context: StateContext = { ...problem(), wearer: evan, goal: 'as-is', startGrade: 'rare' };
  const state = (...lines: (string | null)[]): PotentialState => ({
    grade: 'legendary',
    sealed: false,
    lines: [lines[0] ?? null, lines[1] ?? null, lines[2] ?? null],
  });
  const solved = (given: PotentialState, changes: Partial<StateContext> = {}) => {
    const result = solvePotential(given, { ...context, ...changes });
    if (result.status !== 'valued') throw new Error(JSON.stringify(result));
    return result;
  };

  it('boss line wording: an item with the older wording costs what the newer one does', () => {
    const older = solved(state('보스 몬스터 공격 시 데미지 +40%', '마력 +12%', '최대 HP +9%'), { slot: 'weapon' });
    const newer = solved(state('보스 몬스터 데미지 +40%', '마력 +12%', '최대 HP +9%'), { slot: 'weapon' });
    expect(older.facts.goal).to.deep.equal({ MATT: 12, BOSS: 40 });
    expect(older.law.mean).to.equal(newer.law.mean);
  });

  it('all-stat in the confidence rule: an all-stat line raises the requirement like the main stat', () => {
    const { goal } = solved(state('INT +12%', '올스탯 +9%', '올스탯 +6%')).facts;
    expect(goal).to.deep.equal({ S: 270 });
    expect(factsOf({ goal: { INT: 21 } }).trials.probability).to.be.greaterThan(
      factsOf({ goal: { 'line:INT +12%': 1, INT: 21 } }).trials.probability,
    );
  });

  it('missing table ⇒ cost 0: no table is unsupported, with a reason and without a cost', () => {
    for (const changes of [
      { itemLevel: 90 },
      { slot: 'emblem', itemLevel: 250 },
      { kind: 'additional', method: 'bronze' },
    ] as const) {
      const result = solvePotential(state('INT +12%', 'INT +9%', 'INT +9%'), { ...context, ...changes });
      expect(result.status).to.equal('unsupported');
      expect(result).not.to.have.property('law');
    }
  });

  it('filler counted as certain: other lines in the place of filler are neither required nor free', () => {
    const one = solved(state('INT +12%', '피격 시 10% 확률로 데미지의 20% 무시', '최대 MP +9%')).facts;
    expect(one.goal).to.deep.equal({ S: 120 });
    expect(one.trials.probability).to.equal(factsOf({ goal: { S: 120 } }).trials.probability);
    expect(one.trials.probability).to.be.within(0.15, 0.25);
  });

  it('flat and percent in one unit: 13 points are not 13 percent', () => {
    const points = solved({ ...state('INT +13', 'INT +13', '방어력 +4%'), grade: 'rare' }, { itemLevel: 250 });
    const percent = solved({ ...state('INT +4%', 'INT +13', '방어력 +4%'), grade: 'rare' }, { itemLevel: 250 });
    expect(points.facts.goal).to.deep.equal({ S: 26 });
    expect(percent.facts.goal).to.deep.equal({ S: 53 });
  });

  it('items without main potential cost 0 in all components: one potential does not decide about the other', () => {
    expect(solvePotential(state(), context)).to.deep.equal({ status: 'none' });
    const additional = solved(state('INT +8%', 'INT +6%', 'INT +6%'), { kind: 'additional' });
    expect(additional.law.mean).to.be.greaterThan(1e9);
  });

  it('digits glued: a chance beside a number is filler, nine levels are not ninety-two', () => {
    const lines = state('캐릭터 기준 9레벨 당 INT +2', '공격 시 20% 확률로 200의 HP 회복', '이동속도 +8');
    const requirement = requirementOf(lines, context);
    expect(requirement).to.deep.include({ goal: { S: 62 } });
  });

  it('no tier-up: a legendary goal from a rare blank pays for three grades', () => {
    const { facts, law } = solved(state('INT +12%', 'INT +9%', '최대 HP +9%'));
    expect(facts.tierUp!.steps.map(({ from }) => from)).to.deep.equal(['rare', 'epic', 'unique']);
    expect(facts.tierUp!.cost).to.be.greaterThan(2e9);
    expect(law.mean).to.be.closeTo(facts.tierUp!.cost! + (facts.trials.mean - 1) * 45e6, 1);
  });

  it('additional reset prices: the same number of trials costs the price of its kind', () => {
    const price = (kind: 'main' | 'additional') => {
      const { law, facts } = valued({ kind, goal: { STR: 8 } });
      return Math.round(law.mean / facts.trials.mean);
    };
    expect([price('main'), price('additional')]).to.deep.equal([45_000_000, 88_000_000]);
  });

  it('line caps: what cannot come three times makes room for what can', () => {
    const goal = { CD_lines: 1 };
    const capped = factsOf({ slot: 'gloves', goal }).trials.probability;
    const uncapped = factsOf({ slot: 'gloves', goal, rules: { ...rules, caps: new Map() } }).trials.probability;
    expect(uncapped).to.be.closeTo(1 - 0.9 * 0.98 * 0.995, 1e-12);
    expect(capped).to.be.closeTo(0.12259534799101174, 1e-6);
  });

  it('expected tries rounded to integers before pricing: the mean cost keeps its fraction of a try', () => {
    const { law, facts } = valued({ goal: { STR: 21 } });
    expect(facts.trials.mean).to.be.closeTo(28.0858, 1e-3);
    expect(law.mean / 45e6).to.be.closeTo(28.0858, 1e-3);
    expect(distribution(law).p50 % 45e6).to.equal(0);
  });

  it('JSON null read as text: a null line is no line, the text "null" is unknown', () => {
    expect(requirementOf(state('INT +9%', 'INT +9%', null), context)).to.deep.include({ lineCount: 2 });
    expect(solvePotential(state('INT +9%', 'INT +9%', 'null'), context)).to.deep.equal({
      status: 'unsupported',
      reason: 'unknown-line: null',
    });
  });
});
