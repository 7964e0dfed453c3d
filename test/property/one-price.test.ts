import { expect } from 'chai';
import fc from 'fast-check';
import { chanceWithin, quantiles } from '../../src/domain/valuation/distribution/distribution.ts';
import { type CostLaw, constant, geometric } from '../../src/domain/valuation/distribution/law.ts';
import { sum } from '../../src/domain/valuation/distribution/sum.ts';
import { lean } from '../../src/domain/valuation/read-law.ts';
import { convolved, quantileOf } from '../domain/valuation/distribution/convolved.ts';

const QS = [0.001, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99];

const chance = fc.double({ min: 0.01, max: 0.999, noNaN: true });
const price = fc.double({ min: 0.1, max: 1e8, noNaN: true });
const several = fc.array(chance, { minLength: 2, maxLength: 18 });

/** The law without what a sum of one price needs. */
function stepless({ mean, variance, transform, atoms }: CostLaw): CostLaw {
  return { mean, variance, transform, ...(atoms && { atoms }) };
}

describe('a sum of geometric costs of one price', () => {
  it('has exactly the quantiles and chances of a plain convolution', () => {
    fc.assert(
      fc.property(several, price, (ps, one) => {
        const law = sum(ps.map((p) => geometric(p, one)));
        const parts = ps.map((p) => ({ p, cost: 1 }));
        const masses = convolved(parts, Math.ceil((law.mean + 12 * Math.sqrt(law.variance)) / one) + 1);
        const exact = QS.map((q) => quantileOf(masses, q));
        expect(quantiles(law, QS)).to.deep.equal(exact.map((n) => n * one));
        const within = masses.subarray(0, exact[2]! + 1).reduce((total, mass) => total + mass, 0);
        expect(chanceWithin(law, exact[2]! * one)).to.be.closeTo(within, 1e-12);
        expect(chanceWithin(law, (exact[2]! - 0.5) * one)).to.be.closeTo(within - masses[exact[2]!]!, 1e-12);
      }),
    );
  });

  it('is the same however it is put together: copies, sums of sums, laws kept lean, certain costs', () => {
    fc.assert(
      fc.property(chance, chance, price, fc.double({ min: 0, max: 1e9, noNaN: true }), (p, r, one, certain) => {
        const [a, b] = [geometric(p, one), geometric(r, one)];
        const flat = quantiles(sum([a, b, geometric(p, one), geometric(r, one)]), QS);
        expect(quantiles(sum([a, a, b, b]), QS)).to.deep.equal(flat);
        expect(quantiles(sum([sum([a, b]), sum([lean(b), lean(a)])]), QS)).to.deep.equal(flat);
        expect(quantiles(sum([a, constant(certain), b, a, b]), QS)).to.deep.equal(flat.map((x) => x + certain));
      }),
    );
  });

  it('is left to windows where prices differ', () => {
    fc.assert(
      fc.property(several, price, fc.double({ min: 1.001, max: 3, noNaN: true }), (ps, one, factor) => {
        const laws = ps.map((p, index) => geometric(p, index === 0 ? factor * one : one));
        const law = sum(laws);
        expect(law).not.to.have.property('quantile');
        expect(quantiles(law, QS)).to.deep.equal(quantiles(sum(laws.map(stepless)), QS));
      }),
      { numRuns: 20 },
    );
  });
});
