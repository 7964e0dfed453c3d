import { expect } from 'chai';
import type { Grade } from '../../../../src/domain/character/equipment.ts';
import { neumaierSum } from '../../../../src/domain/valuation/distribution/neumaier.ts';
import { contributionTo, type Goal, type GoalKey } from '../../../../src/domain/valuation/potential/goal.ts';
import { type Demand, type Roll, rollProbability } from '../../../../src/domain/valuation/potential/roll.ts';
import { type PotentialKind, rollPools } from '../../../../src/domain/valuation/potential/rules.ts';
import type { PoolSlot } from '../../../../src/domain/valuation/slots.ts';
import { enumerate } from './enumerate.ts';
import { evan, rules } from './fixture.ts';

interface Place {
  readonly kind?: PotentialKind;
  readonly method?: string;
  readonly band?: string;
  readonly slot: PoolSlot;
  readonly grade?: Grade;
  readonly lineCount?: 2 | 3;
}

function rollAt({
  kind = 'main',
  method = 'meso',
  band = '120-200',
  slot,
  grade = 'legendary',
  lineCount = 3,
}: Place): Roll {
  const pools = rollPools(rules.methods[kind].get(method)!, { band, slot }, grade);
  if (pools === undefined) throw new Error('no pools');
  return { pools, caps: rules.caps, lineCount };
}

function demandsOf(goal: Goal): Demand[] {
  return (Object.entries(goal) as [GoalKey, number][]).map(([key, least]) => ({
    contribution: contributionTo(key, evan)!,
    least,
  }));
}

/** The oracle: the same question by going through every result. */
function enumerated(roll: Roll, goal: Goal): number {
  const texts = new Map(
    [...roll.pools.own.options, ...roll.pools.lower.options].map((option) => [option.text, option]),
  );
  const demands = demandsOf(goal);
  const terms: number[] = [];
  for (const result of enumerate(roll)) {
    const lines = result.texts.map((text) => texts.get(text)!);
    const meets = demands.every(
      ({ contribution, least }) => lines.reduce((sum, line) => sum + contribution(line), 0) >= least - 1e-9,
    );
    if (meets) terms.push(result.probability);
  }
  return neumaierSum(terms);
}

describe('rollProbability', () => {
  const cases: readonly (readonly [Place, Goal])[] = [
    [{ slot: 'top', band: '201-250' }, { S: 300 }],
    [{ slot: 'top' }, { 'line:피격 후 무적시간 +3초': 1 }],
    [{ slot: 'top' }, { 'line:피격 시 4% 확률로 7초간 무적': 2 }],
    [{ slot: 'gloves' }, { CD: 8, S: 120 }],
    [{ slot: 'hat' }, { COOL: 2, INT: 9 }],
    [
      { slot: 'pendant', band: '100-119' },
      { MESO: 20, DROP: 20, S: 90 },
    ],
    [{ slot: 'ring', lineCount: 2 }, { S: 150 }],
    [
      { slot: 'weapon', grade: 'unique' },
      { MATT: 15, BOSS: 30 },
    ],
    [{ slot: 'shoes', grade: 'rare' }, { S: 40 }],
    [{ kind: 'additional', slot: 'earring' }, { S: 172 }],
    [{ kind: 'additional', slot: 'cape', grade: 'epic' }, { INT_LV9: 1 }],
    [
      { kind: 'additional', slot: 'cape', grade: 'unique' },
      { INT_LV9: 2, S: 100 },
    ],
    [
      { method: 'gold', slot: 'gloves' },
      { CD_lines: 1, INT: 9 },
    ],
    [{ method: 'silver', slot: 'top', grade: 'unique' }, { INT: 15 }],
    [{ method: 'bronze', slot: 'ring', grade: 'epic' }, { S: 90 }],
  ];
  for (const [place, goal] of cases)
    it(`equals plain enumeration: ${JSON.stringify(place)} ${JSON.stringify(goal)}`, () => {
      const roll = rollAt(place);
      const [exact, oracle] = [rollProbability(roll, demandsOf(goal)), enumerated(roll, goal)];
      expect(Math.abs(exact - oracle)).to.be.at.most(1e-12);
      if (oracle > 0) expect(Math.abs(exact / oracle - 1)).to.be.at.most(1e-12);
    });

  it('has mass 1 at every place of the tables', () => {
    const anything: Demand[] = [{ contribution: () => 1, least: 3 }];
    let places = 0;
    for (const methods of Object.values(rules.methods))
      for (const method of methods.values())
        for (const key of method.pools.keys()) {
          const [band = '', slot = '', grade = ''] = key.split('/');
          const pools =
            grade === 'normal' ? undefined : rollPools(method, { band, slot: slot as PoolSlot }, grade as Grade);
          if (pools === undefined) continue;
          places += 1;
          expect(rollProbability({ pools, caps: rules.caps, lineCount: 3 }, anything)).to.be.closeTo(1, 1e-14);
        }
    expect(places).to.be.greaterThan(400);
  });

  it('asks for nothing with certainty', () => {
    expect(rollProbability(rollAt({ slot: 'cape' }), [])).to.equal(1);
  });

  it('finds the impossible impossible', () => {
    expect(rollProbability(rollAt({ slot: 'cape' }), demandsOf({ INT: 37 }))).to.equal(0);
    expect(rollProbability(rollAt({ slot: 'cape' }), demandsOf({ COOL: 1 }))).to.equal(0);
  });

  it('takes a capped line out of the whole line and divides by what remains', () => {
    const roll = rollAt({ slot: 'shoes', lineCount: 2 });
    const decent: Demand = { contribution: ({ text }) => Number(text.startsWith('<쓸만한')), least: 1 };
    expect(rollProbability(roll, [{ ...decent, least: 2 }])).to.equal(0);
    // 1/12 of the own pool and 1/13 of the lower one are decent skills, 1/9 of the own one is STR +12%.
    const [onLine1, onLine2] = [1 / 12, 0.2 / 12 + 0.8 / 13];
    expect(rollProbability(roll, [decent])).to.be.closeTo(1 - (1 - onLine1) * (1 - onLine2), 1e-15);
    const decentThenStr = (onLine1 * 0.2) / 9 / (1 - onLine2);
    const strThenDecent = onLine2 / 9;
    const both = rollProbability(roll, [decent, ...demandsOf({ 'line:STR +12%': 1 })]);
    expect(both).to.be.closeTo(decentThenStr + strThenDecent, 1e-15);
  });
});
