import { expect } from 'chai';
import fc from 'fast-check';
import type { Grade, PotentialState } from '../../src/domain/character/equipment.ts';
import { distribution } from '../../src/domain/valuation/distribution/distribution.ts';
import { jobOf } from '../../src/domain/valuation/jobs.ts';
import { contributionTo, type Goal, type GoalKey, goalKeys } from '../../src/domain/valuation/potential/goal.ts';
import { type Demand, type Roll, rollProbability } from '../../src/domain/valuation/potential/roll.ts';
import { routeLaw } from '../../src/domain/valuation/potential/route-law.ts';
import { commonUnit, routeMasses } from '../../src/domain/valuation/potential/route-lattice.ts';
import type { Route } from '../../src/domain/valuation/potential/route.ts';
import { grades, type MethodRules, potentialMethods, rollPools } from '../../src/domain/valuation/potential/rules.ts';
import { type PotentialProblem, solveGoal, solvePotential } from '../../src/domain/valuation/potential/solve.ts';
import { poolSlots, type PoolSlot } from '../../src/domain/valuation/slots.ts';
import { enumerate } from '../domain/valuation/potential/enumerate.ts';
import { evan, problem, rules } from '../domain/valuation/potential/fixture.ts';

/** Every place of the tables that an item can be rolled at. */
const rolls: readonly Roll[] = [rules.methods.main, rules.methods.additional].flatMap((methods) =>
  [...methods.values()].flatMap((method: MethodRules) =>
    [...method.pools.keys()].flatMap((key): Roll[] => {
      const [band = '', slot = '', grade = ''] = key.split('/');
      const pools =
        grade === 'normal' ? undefined : rollPools(method, { band, slot: slot as PoolSlot }, grade as Grade);
      return pools === undefined ? [] : [{ pools, caps: rules.caps, lineCount: 3 }];
    }),
  ),
);

const aRoll = fc
  .tuple(fc.constantFrom(...rolls), fc.constantFrom(2 as const, 3 as const))
  .map(([roll, lineCount]) => ({ ...roll, lineCount }));

/** Demands that a random result of the roll meets exactly, for some of the keys. */
function goalOfResult(roll: Roll, picks: readonly number[], keys: readonly GoalKey[]): Goal {
  const options = [...roll.pools.own.options, ...roll.pools.lower.options];
  const lines = picks.slice(0, roll.lineCount).map((pick) => options[pick % options.length]!);
  const entries = keys.map((key) => {
    const contribution = contributionTo(key, evan)!;
    return [key, lines.reduce((sum, line) => sum + contribution(line), 0)] as const;
  });
  return Object.fromEntries(entries.filter(([, least]) => least > 0));
}

const someKeys = fc.subarray<GoalKey>([...goalKeys, 'STR_lines', 'S_lines', 'CD_lines'], {
  minLength: 1,
  maxLength: 5,
});
const picks = fc.array(fc.nat(), { minLength: 3, maxLength: 3 });

function demandsOf(goal: Goal): Demand[] {
  return (Object.entries(goal) as [GoalKey, number][]).map(([key, least]) => ({
    contribution: contributionTo(key, evan)!,
    least,
  }));
}

describe('potentials: properties', () => {
  it('classes and plain enumeration agree to 1e-12', () => {
    const property = fc.property(aRoll, picks, someKeys, (roll, chosen, keys) => {
      const demands = demandsOf(goalOfResult(roll, chosen, keys));
      const options = new Map([...roll.pools.own.options, ...roll.pools.lower.options].map((o) => [o.text, o]));
      let oracle = 0;
      for (const { texts, probability } of enumerate(roll)) {
        const lines = texts.map((text) => options.get(text)!);
        const meets = demands.every(
          ({ contribution, least }) => lines.reduce((sum, line) => sum + contribution(line), 0) >= least - 1e-9,
        );
        if (meets) oracle += probability;
      }
      expect(Math.abs(rollProbability(roll, demands) - oracle)).to.be.at.most(1e-12);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('more is never more likely', () => {
    const property = fc.property(aRoll, picks, someKeys, fc.nat({ max: 60 }), (roll, chosen, keys, more) => {
      const demands = demandsOf(goalOfResult(roll, chosen, keys));
      const harder = demands.map((demand, index) => (index === 0 ? { ...demand, least: demand.least + more } : demand));
      const [easy, hard] = [rollProbability(roll, demands), rollProbability(roll, harder)];
      expect(easy).to.be.within(0, 1);
      expect(hard).to.be.at.most(easy + 1e-15);
      expect(rollProbability(roll, demands.slice(1))).to.be.at.least(easy - 1e-15);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('a law has mass 1, its own mean and ascending quantiles', () => {
    const step = fc.record({
      price: fc.integer({ min: 1, max: 40 }),
      success: fc.double({ min: 0, max: 0.9, noNaN: true }),
      probability: fc.double({ min: 0.005, max: 0.9, noNaN: true }),
      most: fc.integer({ min: 1, max: 60 }),
    });
    const last = fc.record({
      price: fc.integer({ min: 1, max: 40 }),
      success: fc.double({ min: 0.05, max: 1, noNaN: true }),
    });
    const property = fc.property(fc.array(step, { maxLength: 3 }), last, (steps, end) => {
      const route: Route = [
        ...steps.map(({ price, success, ...tierUp }) => ({
          grade: 'rare' as const,
          price: price * 1e6,
          success,
          tierUp,
        })),
        { grade: 'legendary', price: end.price * 1e6, success: end.success, tierUp: undefined },
      ];
      const law = routeLaw(route);
      const unit = commonUnit(route)!;
      const masses = routeMasses(
        route,
        unit,
        Math.ceil((law.mean + 60 * Math.sqrt(law.variance) + 800 * end.price * 1e6) / unit),
      );
      const mass = masses.reduce((sum, p) => sum + p, 0);
      const mean = masses.reduce((sum, p, n) => sum + p * n * unit, 0);
      expect(mass).to.be.closeTo(1, 1e-10);
      expect(Math.abs(mean / law.mean - 1)).to.be.at.most(1e-8);
      const { p10, p50, p75, p90, p95, p99 } = distribution(law);
      expect([p10, p50, p75, p90, p95, p99]).to.deep.equal([p10, p50, p75, p90, p95, p99].toSorted((a, b) => a - b));
      expect(p10).to.be.greaterThan(0);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('a goal costs more the more it asks, the dearer the level, the lower the start', () => {
    const cost = (changes: Partial<PotentialProblem>): number => {
      const solved = solveGoal(problem(changes));
      return solved.status === 'valued' ? solved.law.mean : Infinity;
    };
    const percents = fc.constantFrom(3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36);
    const property = fc.property(percents, percents, fc.integer({ min: 120, max: 200 }), (a, b, itemLevel) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      expect(cost({ goal: { INT: high }, itemLevel })).to.be.at.least(cost({ goal: { INT: low }, itemLevel }));
      expect(cost({ goal: { INT: low }, itemLevel: 200 })).to.be.at.least(cost({ goal: { INT: low }, itemLevel }));
      const starts = grades.map((startGrade) => cost({ goal: { INT: low }, itemLevel, startGrade }));
      expect(starts).to.deep.equal(starts.toSorted((x, y) => y - x));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('whatever the item, the answer is a cost above zero, nothing, or a reason', () => {
    const texts = rolls.flatMap(({ pools }) => pools.own.options.map(({ text }) => text));
    const mostly = <T, U>(usual: T, other: fc.Arbitrary<U>) =>
      fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
    const line = fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(null, '', 'null', 'STR +9', 'STR +999999%', '올스탯 +0%') },
      { weight: 20, arbitrary: fc.constantFrom(...texts) },
    );
    const state: fc.Arbitrary<PotentialState> = fc.record({
      grade: mostly('legendary' as const, fc.constantFrom(null, ...grades)),
      sealed: mostly(false, fc.constant(true)),
      lines: fc.tuple(line, line, line),
    });
    const kind = fc.constantFrom('main' as const, 'additional' as const);
    const context = fc.record({
      kind,
      method: mostly('meso' as const, fc.constantFrom(...potentialMethods.main, ...potentialMethods.additional)),
      slot: fc.constantFrom(...poolSlots),
      itemLevel: mostly(200, fc.oneof(fc.integer({ min: 90, max: 260 }), fc.constantFrom(NaN, -1, Infinity, 0.5))),
      startGrade: mostly('rare' as const, fc.constantFrom(...grades)),
      failuresSoFar: mostly(0, fc.constantFrom(3, 1000, -1, NaN)),
      guarantee: fc.constantFrom('N' as const, 'N+1' as const),
      miracleTime: fc.boolean(),
      cubePrice: mostly(22_000_000, fc.constantFrom(null, 0.1, NaN, 0)),
      goal: fc.constantFrom('as-is' as const, 'strict' as const),
      wearer: fc.record({
        job: fc.constantFrom(...['에반', '제논', '데몬어벤져', '섀도어'].map((name) => jobOf(name)!)),
        characterLevel: fc.integer({ min: 1, max: 300 }),
      }),
    });
    let valuedCount = 0;
    const property = fc.property(state, context, (given, where) => {
      const solved = solvePotential(given, { ...problem(), ...where, sameResultReroll: false });
      if (solved.status === 'unsupported') expect(solved.reason).to.match(/^\S/u);
      if (solved.status !== 'valued') return;
      valuedCount += 1;
      const { law, facts } = solved;
      const numbers = [
        ...(Object.values(distribution(law)) as number[]),
        ...(Object.values(facts.trials) as number[]),
        facts.tierUps,
      ];
      for (const number of numbers) expect(number).to.satisfy(Number.isFinite);
      expect(law.mean).to.be.greaterThan(0);
      expect(distribution(law).p10).to.be.greaterThan(0);
    });
    fc.assert(property, { numRuns: 3000 });
    expect(valuedCount).to.be.greaterThan(100);
  });
});
