import { expect } from 'chai';
import fc from 'fast-check';
import { quantiles } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { rungAbove } from '../../../../src/domain/valuation/distribution/grid.ts';
import { type CostLaw, geometric } from '../../../../src/domain/valuation/distribution/law.ts';
import { DAMPED, lineAt } from '../../../../src/domain/valuation/distribution/line.ts';
import { sum } from '../../../../src/domain/valuation/distribution/sum.ts';
import { borrowing, isBelow } from '../../../../src/domain/valuation/distribution/vector.ts';
import { convolved, quantileOf } from './convolved.ts';

const QS = [0.1, 0.5, 0.75, 0.9, 0.95, 0.99];
const UNIT = 1e6;

interface Part {
  readonly p: number;
  readonly cost: number;
}

function sumOf(parts: readonly Part[]): CostLaw {
  return sum(parts.map(({ p, cost }) => geometric(p, cost * UNIT)));
}

/** The law without its closed forms and atoms, and how many frequencies it has been asked for. */
function counted({ mean, variance, transform, staysBelow }: CostLaw): { law: CostLaw; asked: () => number } {
  let asked = 0;
  const counting: CostLaw['transform'] = (grid) => ((asked += grid.count), transform(grid));
  return { law: { mean, variance, transform: counting, ...(staysBelow && { staysBelow }) }, asked: () => asked };
}

const part = fc.record({ p: fc.double({ min: 0.002, max: 0.006, noNaN: true }), cost: fc.integer({ min: 1, max: 3 }) });

describe('the quantiles of a smooth law', () => {
  it('are those of plain convolution to 2e-4 and a unit, by a few hundred frequencies', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 8, maxLength: 14 }), (parts) => {
        const { law, asked } = counted(sumOf(parts));
        quantiles(law, [0.5]);
        expect(asked()).to.be.at.most(1024);
        const masses = convolved(parts, Math.ceil((law.mean + 12 * Math.sqrt(law.variance)) / UNIT));
        quantiles(law, QS).forEach((x, index) => {
          const exact = quantileOf(masses, QS[index]!) * UNIT;
          expect(Math.abs(x - exact), `q=${QS[index]}`).to.be.at.most(2e-4 * exact + UNIT);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('are taken from more frequencies where few would lose what is left of the steps of a high price', () => {
    const parts = [
      { p: 0.21763660430908202, cost: 875 },
      { p: 0.011023034786904402, cost: 3 },
      { p: 0.037664608400073456, cost: 3 },
      { p: 0.059740383385176385, cost: 3 },
      { p: 0.0524418332803599, cost: 2 },
    ];
    const { law } = counted(sumOf(parts));
    const exact = quantileOf(convolved(parts, 60_000), 0.7) * UNIT;
    // With few of them it is found 4.5e-4 beside.
    expect(Math.abs(quantiles(law, [0.7])[0]! - exact)).to.be.at.most(2e-4 * exact + UNIT / 2);
  });

  it('are not taken for smooth where a transform comes back: all costs are multiples of one price', () => {
    const parts = Array.from({ length: 12 }, () => ({ p: 0.05, cost: 1 }));
    const { law } = counted(sumOf(parts));
    const masses = convolved(parts, 2000);
    let chance = 0;
    const steps = [...masses.subarray(0, 250)].map((step) => ({ step, chance: (chance += step) }));
    // A step is fifteen cells wide here: both quantiles of it are found within half of it, not a step apart.
    for (const [n, { step, chance: reached }] of steps.entries()) {
      if (n < 190 || step < 0.002) continue;
      const [early, late] = quantiles(law, [reached - 0.9 * step, reached - 0.1 * step]);
      expect(late! - early!, `step ${n}`).to.be.below(0.5 * UNIT);
    }
  });

  it('are taken from cells where a transform does not fade, like that of a single payment of many', () => {
    const { law, asked } = counted(geometric(0.02, 50 * UNIT));
    quantiles(law, [0.5]);
    expect(asked()).to.be.greaterThan(2048);
  });
});

describe('the line', () => {
  it('has every payment exactly, wherever its frequencies begin and however far apart they are', () => {
    const rung = 30;
    const anywhere = fc.record({
      first: fc.integer({ min: 0, max: 1024 }),
      stride: fc.constantFrom(1, 16, 64),
      count: fc.integer({ min: 1, max: 400 }),
      cost: fc.double({ min: 1, max: 2 ** 31, noNaN: true }),
    });
    fc.assert(
      fc.property(anywhere, ({ cost, ...frequencies }) => {
        const { re, im } = lineAt(rung, frequencies).pay(cost);
        const size = Math.exp((Math.log(DAMPED) * cost) / 2 ** rung);
        const k = frequencies.first + (frequencies.count - 1) * frequencies.stride;
        const angle = 2 * Math.PI * ((k * cost) / 2 ** rung);
        expect(re.at(-1)).to.be.closeTo(size * Math.cos(angle), 1e-9 * size);
        expect(im.at(-1)).to.be.closeTo(size * Math.sin(angle), 1e-9 * size);
      }),
    );
  });

  it('is told to stay below a limit by a sum exactly when its transform does, or sooner', () => {
    const limit = fc.double({ min: -12, max: 0, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), limit, (parts, most) => {
        const law = sumOf([...parts, { p: 0.5, cost: 11 }]);
        const grid = lineAt(rungAbove(3 * law.mean), { first: 2, stride: 3, count: 100 });
        const below = borrowing(() => isBelow(law.transform(grid), most));
        expect(borrowing(() => law.staysBelow!(most, grid))).to.equal(below);
      }),
    );
  });
});
