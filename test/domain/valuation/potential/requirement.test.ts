import { expect } from 'chai';
import type { Grade, PotentialState } from '../../../../src/domain/character/equipment.ts';
import type { Goal, Wearer } from '../../../../src/domain/valuation/potential/goal.ts';
import { type RequirementContext, requirementOf } from '../../../../src/domain/valuation/potential/requirement.ts';
import { type StateContext, solvePotential } from '../../../../src/domain/valuation/potential/solve.ts';
import { workedGoals } from './facts.ts';
import { evan, job, problem } from './fixture.ts';

type Lines = readonly (string | null)[];

function state(lines: Lines, changes: Partial<PotentialState> = {}): PotentialState {
  const [first = null, second = null, third = null] = lines;
  return { grade: 'legendary', sealed: false, lines: [first, second, third], ...changes };
}

function goalOf(lines: Lines, changes: Partial<RequirementContext> = {}): Goal {
  const requirement = requirementOf(state(lines), { wearer: evan, slot: 'cape', goal: 'as-is', ...changes });
  if (requirement.status !== 'required') throw new Error(JSON.stringify(requirement));
  return requirement.goal;
}

function context(changes: Partial<StateContext> = {}): StateContext {
  return { ...problem(), wearer: evan, goal: 'as-is', startGrade: 'rare', ...changes };
}

const as = (name: string, characterLevel = 285): Wearer => ({ job: job(name), characterLevel });

describe('the requirement of a present state', () => {
  for (const [kind, slot, itemLevel, lines, goal, mean] of workedGoals)
    it(`worked goal: ${kind} ${slot} ${itemLevel} ${JSON.stringify(goal)}`, () => {
      expect(goalOf(lines, { slot })).to.deep.equal(goal);
      const solved = solvePotential(state(lines), context({ kind, slot, itemLevel }));
      if (solved.status !== 'valued') throw new Error(JSON.stringify(solved));
      // The page gives some means to four digits: 11,380.
      const digits = String(mean).replace('.', '').replace(/0+$/u, '').length;
      expect(Number(solved.facts.trials.mean.toPrecision(digits))).to.equal(mean);
    });

  it('counts all-stat for every main stat, percent and points apart', () => {
    expect(goalOf(['INT +9%', '올스탯 +6%', '올스탯 +5'])).to.deep.equal({ S: 155 });
    expect(goalOf(['INT +9%', 'STR +9%', '최대 MP +9%'])).to.deep.equal({ S: 90 });
    expect(goalOf(['INT +13', '마력 +11', '공격력 +11'])).to.deep.equal({ S: 57 });
  });

  it('values nine levels by the whole nines of the character level', () => {
    const lines = ['캐릭터 기준 9레벨 당 INT +2', '캐릭터 기준 9레벨 당 LUK +1', '이동속도 +8'];
    expect(goalOf(lines)).to.deep.equal({ S: 62 });
    expect(goalOf(lines, { wearer: as('에반', 260) })).to.deep.equal({ S: 56 });
    expect(goalOf(lines, { wearer: as('에반', 8) })).to.deep.equal({});
  });

  it('wants only the attack of the class', () => {
    const lines = ['마력 +12%', '공격력 +9%', 'INT +9%'];
    expect(goalOf(lines, { slot: 'weapon' })).to.deep.equal({ MATT: 12 });
    expect(goalOf(lines, { slot: 'weapon', wearer: as('히어로') })).to.deep.equal({ ATT: 9 });
    expect(goalOf(['마력 +12%', 'STR +9%', 'STR +9%'], { slot: 'weapon', wearer: as('히어로') })).to.deep.equal({
      S: 180,
    });
  });

  it('drops the stat score on weapons, secondaries and emblems beside a line that multiplies damage', () => {
    const lines = ['보스 몬스터 데미지 +35%', 'INT +9%', '올스탯 +6%'];
    for (const slot of ['weapon', 'secondary', 'forceShieldSoulRing', 'shield', 'emblem'] as const) {
      expect(goalOf(lines, { slot })).to.deep.equal({ BOSS: 35 });
      expect(goalOf(lines, { slot, goal: 'strict' })).to.deep.equal({ BOSS: 35 });
      expect(goalOf(['INT +9%', '올스탯 +6%', 'LUK +9%'], { slot })).to.deep.equal({ S: 150 });
    }
    expect(goalOf(['데미지 +12%', 'INT +9%', 'INT +9%'], { slot: 'cape' })).to.deep.equal({ DAMAGE: 12, S: 180 });
  });

  it('asks for the special keys one by one', () => {
    const lines = ['스킬 재사용 대기시간 -2초', '아이템 드롭률 +20%', '메소 획득량 +20%'];
    expect(goalOf(lines)).to.deep.equal({ COOL: 2, DROP: 20, MESO: 20 });
    expect(goalOf(['크리티컬 데미지 +8%', '크리티컬 확률 +12%', '크리티컬 데미지 +8%'])).to.deep.equal({ CD: 16 });
  });

  it('adds up three stats for Xenon and HP for Demon Avenger', () => {
    const lines = ['STR +12%', '올스탯 +6%', 'INT +9%'];
    expect(goalOf(lines, { wearer: as('제논') })).to.deep.equal({ S: 300 });
    expect(goalOf(['올스탯 +5', '캐릭터 기준 9레벨 당 LUK +1', '공격력 +10'], { wearer: as('제논') })).to.deep.equal({
      S: 86,
    });
    const avenger = goalOf(['최대 HP +12%', '최대 HP +350', '올스탯 +6%'], { wearer: as('데몬어벤져') });
    expect(avenger).to.deep.equal({ S: 122 });
  });

  it('compares the parts of the stat score when strict', () => {
    const lines = ['INT +9%', '올스탯 +6%', '캐릭터 기준 9레벨 당 INT +2'];
    expect(goalOf(lines, { goal: 'strict' })).to.deep.equal({ INT: 15, INT_LV9: 2 });
    expect(goalOf(['올스탯 +5', 'INT +13', '마력 +11'], { goal: 'strict' })).to.deep.equal({
      INT_FLAT: 18,
      MATT_FLAT: 11,
    });
    expect(
      goalOf(['최대 HP +12%', '최대 HP +350', '공격력 +11'], { goal: 'strict', wearer: as('데몬어벤져') }),
    ).to.deep.equal({
      HP: 12,
      HP_FLAT: 350,
      ATT_FLAT: 11,
    });
  });

  it('rolls two lines as two', () => {
    const requirement = requirementOf(state(['INT +9%', 'INT +9%']), { wearer: evan, slot: 'cape', goal: 'as-is' });
    expect(requirement).to.deep.equal({ status: 'required', grade: 'legendary', goal: { S: 180 }, lineCount: 2 });
  });

  it('is none without lines', () => {
    expect(requirementOf(state([]), { wearer: evan, slot: 'cape', goal: 'as-is' })).to.deep.equal({ status: 'none' });
    expect(requirementOf(state([], { grade: null }), { wearer: evan, slot: 'cape', goal: 'as-is' })).to.deep.equal({
      status: 'none',
    });
  });

  const unreadable: readonly (readonly [PotentialState, string])[] = [
    [state(['INT +9%', 'INT +9%', 'INT +9%'], { grade: null }), 'no-grade'],
    [state(['INT +9%', 'INT +9%', 'INT +9%'], { grade: null, unknownGrade: '신화' }), 'unknown-grade: 신화'],
    [state(['INT +9%', 'INT +9%', 'INT +9%'], { sealed: true }), 'sealed'],
    [state([], { sealed: true }), 'sealed'],
    [state(['INT +9%', '행운의 기운 +1', 'INT +9%']), 'unknown-line: 행운의 기운 +1'],
    [state(['INT +9%', null, 'INT +9%']), 'missing-line'],
    [state(['INT +9%']), 'missing-line'],
    [state([null, 'INT +9%', 'INT +9%']), 'missing-line'],
  ];
  for (const [given, reason] of unreadable)
    it(`is unsupported: ${reason} ${JSON.stringify(given.lines)}`, () => {
      expect(solvePotential(given, context())).to.deep.equal({ status: 'unsupported', reason });
    });

  it('pays nothing for filler on a rare item, and only the tier-ups above rare', () => {
    const filler = ['방어력 +6%', '최대 MP +6%', '최대 HP +6%'];
    const of = (grade: Grade) => solvePotential(state(filler, { grade }), context());
    expect(of('rare')).to.deep.equal({ status: 'none', reason: 'filler-only' });
    const epic = of('epic');
    if (epic.status !== 'valued') throw new Error(JSON.stringify(epic));
    expect(epic.facts.trials.probability).to.equal(1);
    expect(epic.law.mean).to.be.closeTo(5.551045013293111 * 4_500_000, 1e-3);
    expect(epic.facts.tierUp).to.deep.include({ from: 'rare', to: 'epic' });
  });
});
