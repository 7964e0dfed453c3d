import { expect } from 'chai';
import { chanceWithin, distribution, quantile } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { gridAt } from '../../../../src/domain/valuation/distribution/grid.ts';
import type { CostLaw } from '../../../../src/domain/valuation/distribution/law.ts';
import { routeLaw } from '../../../../src/domain/valuation/potential/route-law.ts';
import { commonUnit, routeMasses } from '../../../../src/domain/valuation/potential/route-lattice.ts';
import { type Route, routeMoments, type RouteStage } from '../../../../src/domain/valuation/potential/route.ts';

/** A stage with a guarantee, or the highest one without. */
function stage(price: number, success: number, tierUp?: readonly [probability: number, most: number]): RouteStage {
  const up = tierUp && { probability: tierUp[0], most: tierUp[1] };
  return { grade: 'rare', price, success, tierUp: up };
}

const climb = [stage(4.5e6, 0, [0.15, 11]), stage(18e6, 0, [0.035, 43])];
const routes: Readonly<Record<string, Route>> = {
  'climb, then a highest grade': [...climb, stage(38.25e6, 0, [0.014, 108]), stage(45e6, 0.0356)],
  'the same climb at other prices': [stage(5e6, 0, [0.15, 11]), stage(20e6, 0, [0.035, 43]), stage(42.5e6, 0.04)],
  'climb only': climb,
  'target phase with tier-ups': [
    climb[0]!,
    stage(18e6, 0.01, [0.035, 43]),
    stage(38.25e6, 0.03, [0.014, 108]),
    stage(45e6, 0.2),
  ],
  'target phase, failures banked': [
    stage(18e6, 0.01, [0.035, 3]),
    stage(38.25e6, 0.03, [0.014, 108]),
    stage(45e6, 0.2),
  ],
  'no guarantee, one price': [stage(7e6, 0, [0.079994, Infinity]), stage(7e6, 0.05, [0.02, Infinity]), stage(7e6, 0.1)],
  'certain at once': [stage(4.5e6, 0, [0.15, 1]), stage(18e6, 1)],
};

/** Mean cost straight from E(g,k) = c + t(1 − p')E(g+1,0) + (1 − t)(1 − p)E(g,k+1), without closed forms. */
function meanByDefinition(route: Route, index = 0, k = 0): number {
  const { price, success, tierUp } = route[index]!;
  const next = route[index + 1];
  const after = next === undefined ? 0 : (1 - next.success) * meanByDefinition(route, index + 1);
  if (tierUp === undefined) return price / success;
  let mean = 0;
  const far = Math.min(tierUp.most, 20_000);
  for (let j = far - 1; j >= k; j--) {
    const t = j === tierUp.most - 1 ? 1 : tierUp.probability;
    mean = price + t * after + (1 - t) * (1 - success) * mean;
  }
  return mean;
}

/** Mean and variance of a table of masses, with its geometric end by long enough a table. */
function momentsOf(masses: Float64Array, unit: number): { mass: number; mean: number; variance: number } {
  let [mass, mean, square] = [0, 0, 0];
  masses.forEach((p, n) => {
    mass += p;
    mean += p * n * unit;
    square += p * (n * unit) ** 2;
  });
  return { mass, mean, variance: square - mean * mean };
}

const nearBy = (actual: number, expected: number, relative: number, what: string): void => {
  expect(Math.abs(actual / expected - 1), `${what}: ${actual} for ${expected}`).to.be.at.most(relative);
};

describe('routes', () => {
  for (const [name, route] of Object.entries(routes)) {
    it(`${name}: mean by the recursion's definition`, () => {
      nearBy(routeLaw(route).mean, meanByDefinition(route), 1e-12, 'mean');
    });

    it(`${name}: the masses have mass 1 and the law's mean and variance`, () => {
      const { mean, variance } = routeLaw(route);
      const unit = commonUnit(route)!;
      const masses = routeMasses(route, unit, Math.ceil((mean + 60 * Math.sqrt(variance)) / unit) + 200);
      const found = momentsOf(masses, unit);
      expect(found.mass).to.be.closeTo(1, 1e-12);
      nearBy(found.mean, mean, 1e-10, 'mean');
      expect(Math.abs(found.variance - variance)).to.be.at.most(1e-8 * mean * mean);
      expect(Math.min(...masses)).to.be.greaterThan(-1e-15);
    });

    it(`${name}: quantiles are exact, in the table and beyond it`, () => {
      const law = routeLaw(route);
      const unit = commonUnit(route)!;
      const masses = routeMasses(route, unit, Math.ceil((law.mean + 60 * Math.sqrt(law.variance)) / unit) + 200);
      for (const q of [0.001, 0.1, 0.5, 0.9, 0.99, 0.9999, 0.9999999]) {
        let sum = 0;
        const n = masses.findIndex((p) => (sum += p) >= q - 1e-13);
        nearBy(quantile(law, q), n * unit, 1e-12, `quantile ${q}`);
        const upTo = masses.subarray(0, n + 1).reduce((total, p) => total + p, 0);
        expect(chanceWithin(law, n * unit)).to.be.closeTo(upTo, 1e-12);
        expect(chanceWithin(law, n * unit - 1)).to.be.closeTo(upTo - masses[n]!, 1e-12);
      }
    });

    it(`${name}: the transform agrees with the exact masses`, () => {
      const { mean, variance, transform, quantile: exact } = routeLaw(route);
      const smooth: CostLaw = { mean, variance, transform };
      if (exact === undefined) throw new Error('no exact quantile');
      const { p50, p90, p99 } = distribution(smooth);
      // Between two atoms any value is as good: a unit beside the exact one is right.
      const widest = Math.max(...route.map(({ price }) => price));
      for (const [q, value] of [
        [0.5, p50],
        [0.9, p90],
        [0.99, p99],
      ] as const)
        expect(Math.abs(value - exact(q)!)).to.be.at.most(Math.max(1e-3 * exact(q)!, widest));
    });
  }

  it('has the transform of its masses', () => {
    // Prices in whole cells: there payments are exact powers of z.
    const grid = gridAt(136);
    const z = grid.pay(grid.step);
    for (const [name, route] of Object.entries(routes)) {
      const unit = commonUnit(route)!;
      const inCells = route.map((at) => ({ ...at, price: Math.round(at.price / unit) * grid.step }));
      const { mean, variance, transform } = routeLaw(inCells);
      const masses = routeMasses(inCells, grid.step, Math.ceil((mean + 40 * Math.sqrt(variance)) / grid.step) + 200);
      const { re, im } = transform(grid);
      for (const k of [0, 1, 17, 800, 2048]) {
        let [x, y] = [0, 0];
        for (const mass of masses.toReversed())
          [x, y] = [x * z.re[k]! - y * z.im[k]! + mass, x * z.im[k]! + y * z.re[k]!];
        expect(Math.hypot(re[k]! - x, im[k]! - y), `${name} at frequency ${k}`).to.be.below(1e-12);
      }
    }
  });

  it('counts the tier-ups', () => {
    const count = (route: Route) => routeMoments(route, { perRoll: () => 0, perTierUp: 1 });
    expect(count(climb)).to.deep.equal({ mean: 2, variance: 0 });
    const one = count([stage(1, 0.5, [0.5, 2]), stage(1, 0.5)]);
    // First roll: up 1/2, done 1/4, else (1/4) surely up: 3/4 in all.
    expect(one.mean).to.equal(0.75);
    expect(one.variance).to.equal(0.75 * 0.25);
  });

  it('has no common unit for prices that are not whole', () => {
    const odd = [stage(1.5, 0, [0.5, 3]), stage(1e6, 0.5)];
    expect(commonUnit(odd)).to.equal(undefined);
    nearBy(quantile(routeLaw(odd), 0.99), 6e6, 1e-3, 'p99');
  });
});
