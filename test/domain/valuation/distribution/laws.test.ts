import { expect } from 'chai';
import {
  chanceWithin,
  curve,
  distribution,
  quantile,
  quantiles,
} from '../../../../src/domain/valuation/distribution/distribution.ts';
import { gridAt, rungAbove } from '../../../../src/domain/valuation/distribution/grid.ts';
import { constant, type CostLaw, geometric, trialsFor } from '../../../../src/domain/valuation/distribution/law.ts';
import { remembered } from '../../../../src/domain/valuation/distribution/remember.ts';
import { sum } from '../../../../src/domain/valuation/distribution/sum.ts';
import { borrowing } from '../../../../src/domain/valuation/distribution/vector.ts';
import { convolved, quantileOf } from './convolved.ts';

const QS = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** The law without its closed forms and atoms: only the transform is left to find quantiles by. */
function bare(law: CostLaw): CostLaw {
  return { mean: law.mean, variance: law.variance, transform: law.transform };
}

describe('the law of a cost', () => {
  it('of a certain cost has that cost as every quantile', () => {
    expect(distribution(constant(5e9))).to.deep.equal({
      mean: 5e9,
      sd: 0,
      p10: 5e9,
      p50: 5e9,
      p75: 5e9,
      p90: 5e9,
      p95: 5e9,
      p99: 5e9,
    });
    expect([chanceWithin(constant(5), 4.9), chanceWithin(constant(5), 5)]).to.deep.equal([0, 1]);
    expect(distribution(sum([])).p99).to.equal(0);
  });

  it('refuses what is no cost and no chance', () => {
    for (const cost of [-1, NaN, Infinity]) {
      expect(() => constant(cost)).to.throw(RangeError);
      expect(() => geometric(0.5, cost)).to.throw(RangeError);
    }
    for (const p of [0, -0.1, 1.1, NaN]) expect(() => geometric(p, 1)).to.throw(RangeError);
  });

  it('of repeated trials has the closed-form quantiles, whole trials only', () => {
    // 1 − 0.5ⁿ meets 0.75 and 0.875 exactly at 2 and 3 trials: rounding must not ask for one more.
    expect([0.1, 0.5, 0.75, 0.875, 0.876].map((q) => trialsFor(0.5, q))).to.deep.equal([1, 1, 2, 3, 4]);
    expect(quantile(geometric(0.1, 200), 0.1)).to.equal(200);
    expect(quantile(geometric(1 / 1599.4, 45e6), 0.5)).to.equal(1109 * 45e6);
  });

  it('has the same quantiles through its transform as in closed form, to 1e-4 beside the size of one trial', () => {
    for (const p of [1e-3, 1e-4, 1e-5, 1e-6, 1e-7]) {
      const law = geometric(p, 45e6);
      const qs = [0.001, 0.01, ...QS];
      const found = quantiles(bare(law), qs);
      qs.forEach((q, index) => {
        const exact = quantile(law, q);
        expect(Math.abs(found[index]! - exact), `p=${p} q=${q}`).to.be.at.most(1e-4 * exact + 45e6);
      });
    }
  });

  it('of a sum agrees with plain convolution: exactly where an atom is heavy, else to 1e-3', () => {
    const cases = [
      [
        { p: 0.5, cost: 1000 },
        { p: 0.4, cost: 300 },
      ],
      [
        { p: 0.9, cost: 977 },
        { p: 0.8, cost: 131 },
        { p: 0.7, cost: 7 },
      ],
      [
        { p: 0.02, cost: 45 },
        { p: 0.01, cost: 13 },
        { p: 0.3, cost: 700 },
      ],
      [
        { p: 0.004, cost: 20 },
        { p: 0.002, cost: 3 },
      ],
    ];
    let heavy = 0;
    for (const parts of cases) {
      const law = sum(parts.map(({ p, cost }) => geometric(p, cost * 1e6)));
      const masses = convolved(parts, 60_000);
      const found = quantiles(law, QS);
      QS.forEach((q, index) => {
        const exact = quantileOf(masses, q);
        const isHeavy = masses[exact]! > 0.01;
        heavy += isHeavy ? 1 : 0;
        const error = Math.abs(found[index]! / (exact * 1e6) - 1);
        expect(error, `${JSON.stringify(parts)} q=${q}`).to.be.at.most(isHeavy ? 1e-12 : 1e-3);
      });
    }
    expect(heavy).to.be.greaterThan(8);
  });

  it('of many costs keeps the steps that all of them share, though its transform fades in between', () => {
    // The window for these budgets is 252 prices wide: the transform comes back at the frequency 252.
    const price = 2 ** 30 / 252;
    const parts = Array.from({ length: 12 }, () => ({ p: 0.05, cost: 1 }));
    const masses = convolved(parts, 191);
    const law = bare(sum(parts.map(({ p }) => geometric(p, price))));
    let chance = 0;
    masses.forEach((step, n) => {
      chance += step;
      if (n < 150) return;
      // A slope instead of the step would miss by 0.3 steps on both sides.
      expect(chanceWithin(law, (n + 0.2) * price), `after ${n}`).to.be.closeTo(chance, 0.2 * step);
      expect(chanceWithin(law, (n - 0.2) * price), `before ${n}`).to.be.closeTo(chance - step, 0.2 * step);
    });
  });

  it('of very many steps of one price is exact at the cheap end and within 1e-3 beyond', () => {
    const law = sum([3e-5, 1e-3, 2e-3].map((p) => geometric(p, 3e6)));
    const masses = convolved(
      [3e-5, 1e-3, 2e-3].map((p) => ({ p, cost: 1 })),
      200_000,
    );
    const found = quantiles(law, QS);
    QS.forEach((q, index) => {
      const exact = quantileOf(masses, q) * 3e6;
      if (index < 2) expect(found[index], `q=${q}`).to.equal(exact);
      else expect(found[index]! / exact, `q=${q}`).to.be.closeTo(1, 1e-3);
    });
    for (const point of curve(law, 1e11, 20)) {
      const chance = masses.subarray(0, Math.floor(point.cost / 3e6) + 1).reduce((total, mass) => total + mass, 0);
      expect(point.probability).to.be.closeTo(chance, 1e-4);
    }
  });

  it('keeps mean and variance on the grid, however many payments are smaller than a cell', () => {
    const law = sum(Array.from({ length: 100 }, (_, i) => geometric(1 / (300 + i), 1e6 + 12_345.6 * i)));
    const grid = gridAt(rungAbove(2.4 * law.mean));
    expect(grid.step).to.be.greaterThan(2e6);
    const points = curve(bare(law), 1.8 * law.mean, 20_000);
    const width = (1.8 * law.mean) / points.length;
    // E X = ∫ (1 − F) dx and E X² = 2 ∫ x (1 − F) dx
    const mean = points.reduce((total, { probability }) => total + (1 - probability) * width, 0);
    const square = points.reduce((total, { cost, probability }) => total + 2 * cost * (1 - probability) * width, 0);
    expect(mean / law.mean).to.be.closeTo(1, 1e-4);
    expect(Math.sqrt(square - mean * mean) / Math.sqrt(law.variance)).to.be.closeTo(1, 1e-2);
  });

  it('counts the same law twice as two independent copies, and adds certain costs exactly', () => {
    const one = geometric(0.3, 2e8);
    const twin = geometric(0.3, 2e8);
    const twice = sum([one, one]);
    expect(quantiles(twice, QS)).to.deep.equal(quantiles(sum([one, twin]), QS));
    expect(quantiles(bare(twice), QS)).to.deep.equal(quantiles(bare(sum([one, twin])), QS));
    const [other, otherTwin] = [geometric(0.01, 1e8), geometric(0.01, 1e8)];
    const four = quantiles(bare(sum([one, other, one, other])), QS);
    quantiles(bare(sum([one, twin, other, otherTwin])), QS).forEach((x, i) =>
      expect(four[i]! / x).to.be.closeTo(1, 1e-9),
    );
    expect(quantiles(sum([one, constant(5)]), QS)).to.deep.equal(quantiles(one, QS).map((x) => x + 5));
    expect(quantile(sum([twice, constant(5)]), 0.5)).to.equal(quantile(twice, 0.5) + 5);
  });

  it('gives the chance to finish within a budget, inverse to the quantile', () => {
    const law = sum([geometric(0.001, 45e6), geometric(0.002, 22e6), geometric(0.004, 1e6)]);
    for (const q of QS) expect(chanceWithin(law, quantile(law, q))).to.be.closeTo(q, 1e-3);
    expect(chanceWithin(law, -1)).to.equal(0);
    expect(chanceWithin(law, NaN)).to.equal(0);
    expect(chanceWithin(law, 0)).to.be.closeTo(0, 1e-6);
    expect(chanceWithin(law, Infinity)).to.equal(1);
    expect(chanceWithin(law, 1e15)).to.be.closeTo(1, 1e-7);
  });

  it('draws an ascending curve', () => {
    const law = sum([geometric(0.001, 45e6), geometric(0.002, 22e6)]);
    const points = curve(law, 3 * law.mean, 50);
    expect(points.at(-1)).to.deep.equal({ cost: 3 * law.mean, probability: points.at(-1)!.probability });
    for (let i = 1; i < 50; i++) expect(points[i]!.probability).to.be.at.least(points[i - 1]!.probability);
    expect(points[49]!.probability).to.be.closeTo(chanceWithin(law, 3 * law.mean), 1e-4);
  });

  it('is transformed once per window when remembered', () => {
    let calls = 0;
    const law = geometric(0.01, 1e6);
    const counting = remembered({ ...bare(law), transform: (grid) => (calls++, law.transform(grid)) }, 2);
    const grids = [25, 26, 25, 26, 27, 26, 25].map((rung) => gridAt(rung));
    for (const grid of grids) {
      const { re } = borrowing(() => counting.transform(grid));
      // Vectors that were only borrowed are written over by the next calculation.
      borrowing(() => expect(re[5]).to.equal(law.transform(grid).re[5]));
      expect(re[5]).to.equal(law.transform(grid).re[5]);
    }
    expect(calls).to.equal(4); // 25, 26, 27, and 25 again after 27 drove it out
  });
});
