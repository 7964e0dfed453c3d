import { expect } from 'chai';
import type { Grade } from '../../../../src/domain/character/equipment.ts';
import { parseLine } from '../../../../src/domain/valuation/lines/parse-line.ts';
import { grades, resetPrice, rollPools } from '../../../../src/domain/valuation/potential/rules.ts';
import type { PotentialProblem } from '../../../../src/domain/valuation/potential/solve.ts';
import { enumerate, openShares, sharesOf } from './enumerate.ts';
import { problem, rules, valued } from './fixture.ts';

const SEED = 20_260_319;
const EPISODES = 4_000;

/** mulberry32: small, seeded, good enough to sample. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Draw = (random: () => number) => string[];

/** Lines of one roll at a grade, drawn one after the other with the caps looked at each time. */
function drawerAt({ kind, method, slot }: PotentialProblem, grade: Grade): Draw {
  const pools = rollPools(rules.methods[kind].get(method)!, { band: '120-200', slot }, grade)!;
  const roll = { pools, caps: rules.caps, lineCount: 3 as const };
  const lines = ([0, 1, 2] as const).map((line) => {
    const shares = sharesOf(roll, line);
    return remembered((before: string) => openShares(shares, before === '' ? [] : before.split('|')));
  });
  return (random) => {
    const texts: string[] = [];
    for (const openAfter of lines) {
      let left = random();
      const open = openAfter(texts.join('|'));
      texts.push((open.find(({ probability }) => (left -= probability) < 0) ?? open.at(-1)!).text);
    }
    return texts;
  };
}

function remembered<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

/** Percent of STR with all-stat, read from the text. */
const strengthOf = remembered((text) => {
  const line = parseLine(text);
  return line.kind === 'attribute' && ['STR_PERCENT', 'ALL_PERCENT'].includes(line.attribute) ? line.value : 0;
});

/** One item from its start grade to a state that is good enough, reset by reset as a player would. */
function playOut(
  given: PotentialProblem,
  drawers: Record<string, Draw>,
  random: () => number,
): { cost: number; tierUps: number } {
  const { kind, method, itemLevel, grade: goalGrade, goal } = given;
  const steps = rules.methods[kind].get(method)!.tierUp;
  let [grade, failures, cost, tierUps]: [Grade, number, number, number] = [given.startGrade, given.failuresSoFar, 0, 0];
  for (;;) {
    cost += resetPrice(rules, kind, itemLevel)![grade];
    const step = steps[grade];
    if (step !== undefined && (failures === step.guaranteeAfter || random() < step.probability)) {
      grade = grades[grades.indexOf(grade) + 1]!;
      failures = 0;
      tierUps += 1;
    } else failures += 1;
    const arrived = grades.indexOf(grade) >= grades.indexOf(goalGrade);
    if (arrived && drawers[grade]!(random).reduce((sum, text) => sum + strengthOf(text), 0) >= goal.STR!)
      return { cost, tierUps };
  }
}

describe('potentials by Monte Carlo', () => {
  const cases: readonly (readonly [string, Partial<PotentialProblem>])[] = [
    ['legendary from rare', { startGrade: 'rare', goal: { STR: 18 } }],
    ['unique from rare, tier-ups in the target phase', { grade: 'unique', startGrade: 'rare', goal: { STR: 15 } }],
    ['epic from epic, failures banked', { grade: 'epic', failuresSoFar: 30, goal: { STR: 12 } }],
    ['additional epic from rare', { kind: 'additional', grade: 'epic', startGrade: 'rare', goal: { STR: 6 } }],
  ];
  for (const [name, changes] of cases)
    it(`${name}: mean, spread, quantile and tier-ups agree`, () => {
      const given = problem(changes);
      const { law, facts } = valued(changes);
      const above = grades.slice(grades.indexOf(given.grade));
      const drawers = Object.fromEntries(above.map((grade) => [grade, drawerAt(given, grade)]));
      const random = randomFrom(SEED);
      const played = Array.from({ length: EPISODES }, () => playOut(given, drawers, random));
      const costs = played.map(({ cost }) => cost);
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / EPISODES;
      const sd = Math.sqrt(law.variance);
      expect(Math.abs(mean - law.mean) / (sd / Math.sqrt(EPISODES)), `mean ${mean} for ${law.mean}`).to.be.below(4);
      for (const q of [0.1, 0.5, 0.9]) {
        const x = law.quantile!(q)!;
        const below = costs.filter((cost) => cost <= x).length / EPISODES;
        const chance = law.chance!(x)!;
        expect(
          Math.abs(below - chance) / Math.sqrt((chance * (1 - chance)) / EPISODES),
          `F at p${q * 100}`,
        ).to.be.below(4);
      }
      const tierUps = played.reduce((sum, episode) => sum + episode.tierUps, 0) / EPISODES;
      expect(Math.abs(tierUps - facts.tierUps)).to.be.at.most(4 * Math.sqrt(3 / EPISODES));
    });

  it('counted rolls agree where repeats of the present lines are not counted', () => {
    const changes: Partial<PotentialProblem> = { slot: 'gloves', goal: { CD_lines: 1 }, sameResultReroll: true };
    const { facts } = valued(changes);
    const draw = drawerAt(problem(changes), 'legendary');
    const random = randomFrom(SEED);
    let counted = 0;
    for (let episode = 0; episode < EPISODES; episode++) {
      let present = '';
      for (;;) {
        const texts = draw(random);
        if (texts.join('|') === present) continue;
        counted += 1;
        present = texts.join('|');
        if (texts.some((text) => text.startsWith('크리티컬 데미지'))) break;
      }
    }
    const z = (counted / EPISODES - facts.trials.mean) / (facts.trials.sd / Math.sqrt(EPISODES));
    expect(Math.abs(z)).to.be.below(4);
  });

  it('draws what it enumerates', () => {
    const pools = rollPools(rules.methods.main.get('meso')!, { band: '120-200', slot: 'top' }, 'legendary')!;
    const roll = { pools, caps: rules.caps, lineCount: 3 as const };
    let mass = 0;
    for (const { probability } of enumerate(roll)) mass += probability;
    expect(mass).to.be.closeTo(1, 1e-12);
  });
});
