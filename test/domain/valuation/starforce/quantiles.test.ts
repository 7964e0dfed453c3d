import { expect } from 'chai';
import fc from 'fast-check';
import { quantiles } from '../../../../src/domain/valuation/distribution/distribution.ts';
import type { StarForceProblem } from '../../../../src/domain/valuation/starforce/problem.ts';
import { solveStarForce } from '../../../../src/domain/valuation/starforce/solve.ts';
import { bruteForce } from './brute-force.ts';
import { noEvent, problem, shining } from './support.ts';

const QS = [0.1, 0.5, 0.75, 0.9, 0.95, 0.99];
/** So close to F a quantile may lie on either side of a flat part. */
const ROUNDING = 1e-9;

function lawOf(given: StarForceProblem) {
  const solved = solveStarForce(given);
  if (solved.status !== 'valued') throw new Error(solved.status);
  return solved.law;
}

function expectExact(given: StarForceProblem, qs = QS): void {
  const { unit, masses } = bruteForce(given, Math.max(...qs) + 2 * ROUNDING);
  const reached = (q: number): number => {
    let sum = 0;
    return unit * masses.findIndex((mass) => (sum += mass) >= q);
  };
  const found = quantiles(lawOf(given), qs);
  const { itemLevel, from, to, event } = given;
  for (const [index, q] of qs.entries()) {
    const what = `${JSON.stringify({ itemLevel, from, to, event })} q=${q}`;
    expect(found[index], what).to.be.at.least(reached(q - ROUNDING) * (1 - 1e-3));
    expect(found[index], what).to.be.at.most(reached(q + ROUNDING) * (1 + 1e-3));
  }
}

describe('the quantiles of few stars', () => {
  it('are those of brute force to 1e-3 where F is flat beside a step', () => {
    const cases: Parameters<typeof problem>[0][] = [
      // Cells found these up to 1.6 % beside.
      { itemLevel: 140, to: 10, event: shining },
      { itemLevel: 150, to: 10 },
      { itemLevel: 145, to: 8, ruleSet: 'kms2024', event: { ...shining, sure: true }, mvp: 5, starCatch: true },
      { itemLevel: 115, to: 10, ruleSet: 'kms2024', event: shining, mvp: 5, pcRoom: true, starCatch: true },
    ];
    for (const change of cases) expectExact(problem(change));
    // Millions of amounts up to there, many more up to the highest quantiles.
    expectExact(problem({ itemLevel: 160, from: 15, to: 16, ruleSet: 'sf25-pre2022' }), [0.9]);
  });

  it('go path by path in a narrow window, though the first one was too wide for it', () => {
    const law = lawOf(problem({ itemLevel: 145, from: 19, to: 22, ruleSet: 'kms2025' }));
    expect(law.joined!(36)).to.equal(undefined);
    // By brute force, ten million amounts: a step of 0.3 %, and F is flat at 9.997 % below.
    expect(quantiles(law, [0.1])[0]! / 1_041_913_500).to.be.closeTo(1, 5e-4);
  });

  it('are those of brute force to 1e-3 under all rules, events and discounts', () => {
    const few = fc.record({
      ruleSet: fc.constantFrom('kms2026', 'kms2024', 'sf25-pre2022'),
      itemLevel: fc.constantFrom(120, 125, 130, 135, 140),
      stars: fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 3, max: 12 })),
      event: fc.constantFrom(noEvent, shining, { ...noEvent, onePlus: true }, { ...shining, sure: true }),
      mvp: fc.constantFrom(0, 5),
      starCatch: fc.boolean(),
    });
    fc.assert(
      fc.property(few, ({ stars, ...change }) => {
        const to = Math.max(...stars);
        expectExact(problem({ ...change, from: to > 10 ? 8 : Math.min(...stars, to - 1), to }));
      }),
      { numRuns: 50 },
    );
  });
});
