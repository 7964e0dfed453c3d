import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { BonusOption } from '../../../../src/domain/valuation/bonus-options/rules.ts';
import { probabilityOfScore } from '../../../../src/domain/valuation/bonus-options/score.ts';
import type { ScoreProblem } from '../../../../src/domain/valuation/bonus-options/score.ts';
import { optionValue, weaponAttack } from '../../../../src/domain/valuation/bonus-options/values.ts';
import type { BonusOptionItem } from '../../../../src/domain/valuation/bonus-options/values.ts';
import type { Weights } from '../../../../src/domain/valuation/jobs.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { rules } from './rule-file.ts';

const armor = (level: number, boss: boolean): BonusOptionItem => ({
  kind: 'armor',
  boss,
  level,
  baseAttackPower: 0,
  baseMagicPower: 0,
});
const weapon = (level: number, base: number, boss = true): BonusOptionItem => ({
  kind: 'weapon',
  boss,
  level,
  baseAttackPower: base,
  baseMagicPower: base,
});
const fighter = { STR: 1, DEX: 0.1, ALL: 10, ATT: 4 };

/** Every set of options times every stage of each, one by one: the definition, slow and plain. */
function enumerate({ item, flame, weights, threshold }: ScoreProblem): number {
  const options = rules.options[item.kind];
  const bonus = item.boss ? rules.bossStageBonus : 0;
  const scoreOfLine = (option: BonusOption, stage: number) =>
    Object.entries(optionValue(option, stage + bonus, item)).reduce(
      (score, [key, value]) => score + ((weights as Record<string, number>)[key] ?? 0) * value,
      0,
    );
  const visit = (index: number, lines: number, score: number): { sets: number; mass: number } => {
    if (lines === 0) return { sets: 1, mass: score >= threshold - 2e-9 ? 1 : 0 };
    let [sets, mass] = [0, 0];
    for (let next = index; next <= options.length - lines; next++) {
      for (const stage of rules.stages[flame]) {
        const rest = visit(next + 1, lines - 1, score + scoreOfLine(options[next]!, stage.value));
        sets += (stage.percent / 100) * rest.sets;
        mass += (stage.percent / 100) * rest.mass;
      }
    }
    return { sets, mass };
  };
  const counts = item.boss ? rules.lines.boss : rules.lines.normal;
  return counts.reduce((total, { value, percent }) => {
    const { sets, mass } = visit(0, value, 0);
    return total + (percent / 100) * (mass / sets);
  }, 0);
}

describe('bonus options: probability of a score', () => {
  const cases: { name: string; problem: Omit<ScoreProblem, 'rules'> }[] = [
    { name: 'boss armour', problem: { flame: 'eternal', item: armor(200, true), weights: fighter, threshold: 100 } },
    { name: 'normal armour', problem: { flame: 'abyss', item: armor(150, false), weights: fighter, threshold: 30 } },
    {
      name: 'boss weapon',
      problem: {
        flame: 'powerful',
        item: weapon(160, 171),
        weights: { ATT: 1, BOSS: 5, DAMAGE: 4, ALL: 9 },
        threshold: 102,
      },
    },
    {
      name: 'unround weights',
      problem: {
        flame: 'eternal',
        item: armor(160, true),
        weights: { INT: 1, LUK: 1 / 7, ALL: 9.7, HP: 1 / 175 },
        threshold: 63 + 30 / 7,
      },
    },
  ];
  for (const { name, problem } of cases) {
    it(`equals plain enumeration: ${name}`, function () {
      this.timeout(60_000);
      const exact = enumerate({ rules, ...problem });
      expect(exact).to.be.greaterThan(0);
      expect(probabilityOfScore({ rules, ...problem })).to.be.closeTo(exact, 1e-12);
    });
  }

  it('draws 1, 2, 3 or 4 lines of normal items with 40/40/16/4 percent, not uniformly (regression)', () => {
    // A level reduction of any size is one of 19 options: P = E[lines] / 19 with E[lines] = 1.84, not 2.5.
    const p = probabilityOfScore({
      rules,
      flame: 'eternal',
      item: armor(200, false),
      weights: { ALL: 1 },
      threshold: 1,
    });
    expect(p).to.be.closeTo(1.84 / 19, 1e-15);
  });

  it('has no boss damage or damage on armour (regression)', () => {
    const onArmor = { rules, flame: 'meso', item: armor(200, true), threshold: 1 } as const;
    expect(probabilityOfScore({ ...onArmor, weights: { BOSS: 1, DAMAGE: 1 } })).to.equal(0);
    expect(rules.options.armor).to.include.members(['SPEED', 'JUMP']).and.not.include('BOSS');
    expect(rules.options.weapon).to.include.members(['BOSS', 'DAMAGE']);
    expect(
      probabilityOfScore({ ...onArmor, item: weapon(200, 295), weights: { BOSS: 1, DAMAGE: 1 } }),
    ).to.be.greaterThan(0);
  });

  it('agrees with simulation (fixed seed, |z| < 4)', () => {
    const item = armor(250, true);
    const p = probabilityOfScore({ rules, flame: 'eternal', item, weights: fighter, threshold: 110 });
    const random = mulberry32(20260319);
    const trials = 200_000;
    let reached = 0;
    for (let trial = 0; trial < trials; trial++) {
      const pool = [...rules.options.armor];
      let score = 0;
      for (let line = 0; line < 4; line++) {
        const option = pool.splice(Math.floor(random() * pool.length), 1)[0]!;
        const roll = random();
        const stage = roll < 0.29 ? 4 : roll < 0.74 ? 5 : roll < 0.99 ? 6 : 7;
        const value = optionValue(option, stage, item);
        score += (value.STR ?? 0) + 0.1 * (value.DEX ?? 0) + 10 * (value.ALL ?? 0) + 4 * (value.ATT ?? 0);
      }
      if (score >= 110 - 1e-9) reached++;
    }
    const z = (reached - trials * p) / Math.sqrt(trials * p * (1 - p));
    expect(Math.abs(z)).to.be.lessThan(4);
  });

  it('takes less than 5 ms', () => {
    const problem = { rules, flame: 'eternal', item: armor(200, true), weights: fighter, threshold: 140 } as const;
    const times = Array.from({ length: 40 }, () => {
      const start = performance.now();
      probabilityOfScore(problem);
      return performance.now() - start;
    });
    expect(Math.min(...times)).to.be.lessThan(5);
  });
});

describe('bonus options: reference values', () => {
  interface GoldenFlame {
    readonly id: string;
    readonly mechanic: string;
    readonly inputs: Record<string, unknown>;
    readonly expected: Record<string, number>;
    readonly tolerance: { p_rel?: number };
  }
  let golden: GoldenFlame[] = [];
  before(function () {
    const path = sharedData('reference/golden.json');
    if (path === undefined) skipLoudly(this, 'reference/golden.json is missing');
    golden = (Object.values(JSON.parse(readFileSync(path, 'utf8')) as object) as GoldenFlame[]).filter((one) =>
      one.mechanic.startsWith('flame'),
    );
  });

  it('reproduces all probabilities', () => {
    const cases = golden.filter((one) => one.mechanic === 'flame');
    expect(cases).to.have.length(21);
    for (const { id, inputs, expected, tolerance } of cases) {
      const base = (inputs.base_att as number | undefined) ?? 0;
      const level = inputs.item_level as number;
      const boss = inputs.boss_item as boolean;
      const { DMG, ...weights } = (inputs.weights ?? { ALL: 1 }) as Weights & { DMG?: number };
      const p = probabilityOfScore({
        rules,
        flame: inputs.flame as 'eternal',
        item: inputs.weapon === true ? weapon(level, base, boss) : armor(level, boss),
        weights: DMG === undefined ? weights : { ...weights, DAMAGE: DMG },
        threshold: (inputs.threshold as number | undefined) ?? 7,
      });
      expect(p / expected.p! - 1, id).to.be.closeTo(0, tolerance.p_rel!);
    }
  });

  it('reproduces all line values', () => {
    const cases = golden.filter((one) => one.mechanic === 'flame_value');
    expect(cases).to.have.length(7);
    for (const { id, inputs, expected } of cases) {
      const [level, stage] = [inputs.item_level as number, inputs.stage as number];
      if (inputs.base_att !== undefined) {
        expect(weaponAttack(inputs.base_att as number, level, stage, true), id).to.equal(expected.mean);
        continue;
      }
      const item = armor(level, true);
      expect(optionValue('STR', stage, item).STR, id).to.equal(expected.single);
      expect(optionValue('DEX+LUK', stage, item), id).to.deep.equal({ DEX: expected.dual, LUK: expected.dual });
      expect(optionValue('HP', stage, item).HP, id).to.equal(expected.hp);
      expect(optionValue('ATT', stage, item).ATT, id).to.equal(expected.att_armor);
      expect(optionValue('ALL', stage, item).ALL, id).to.equal(expected.all_pct);
    }
  });
});

describe('bonus options: weapon attack', () => {
  it('is the ceiling of base · (⌊L/40⌋ + 1) · t · 1.1^k / 100 in whole numbers (regression)', () => {
    expect(weaponAttack(295, 200, 7, true)).to.equal(182);
    expect(weaponAttack(171, 150, 3, true)).to.equal(21);
    expect(weaponAttack(406, 200, 7, true), 'the real Genesis staff').to.equal(250);
    expect(weaponAttack(100, 100, 1, false), 'an exact value is not lifted').to.equal(3);
    expect(weaponAttack(1000, 160, 5, true), '302.5').to.equal(303);
  });

  it('equals the table of known weapons', function () {
    const path = sharedData('reference/tables/flame_weapon_attack.csv');
    if (path === undefined) skipLoudly(this, 'flame_weapon_attack.csv is missing');
    const rows = readFileSync(path, 'utf8').trim().split(/\r?\n/u).slice(1);
    expect(rows.length).to.be.greaterThan(40);
    for (const row of rows) {
      const [base, level, stage, attack] = row.split(',').slice(1).map(Number) as [number, number, number, number];
      expect(weaponAttack(base, level, stage, true), row).to.equal(attack);
    }
  });
});

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
