import { expect } from 'chai';
import { chanceWithin } from '../../../../src/domain/valuation/distribution/distribution.ts';
import type { StarForceProblem } from '../../../../src/domain/valuation/starforce/problem.ts';
import { solveStarForce } from '../../../../src/domain/valuation/starforce/solve.ts';
import { noEvent, problem, rulesOf, shining } from './support.ts';

describe('the cheap end of a star force cost', () => {
  it('lists the same law as the transform describes: between two atoms, equal chances', () => {
    const cases: Partial<StarForceProblem>[] = [
      { from: 15, to: 17 },
      { from: 22, to: 23, sparePrice: 1e9 },
      { from: 18, to: 19, restore: [18], event: shining },
      { rules: rulesOf('kms2024'), from: 17, to: 18, safeguard: [16] },
      { rules: rulesOf('sf25-pre2022'), from: 11, to: 12 },
      { rules: rulesOf('sf25-pre2022'), from: 12, to: 14, event: { ...noEvent, onePlus: true } },
    ];
    for (const change of cases) {
      const solved = solveStarForce(problem(change));
      if (solved.status !== 'valued') throw new Error(solved.status);
      const { mean, variance, transform, atoms } = solved.law;
      const { list, completeBelow } = atoms!();
      let [sum, compared] = [0, 0];
      for (const [index, { cost, probability }] of list.entries()) {
        sum += probability;
        const next = list[index + 1]?.cost ?? completeBelow;
        // Far enough from both atoms for the window to tell them apart.
        if (next / cost < 1.01) continue;
        const middle = (cost + next) / 2;
        expect(
          chanceWithin({ mean, variance, transform }, middle),
          `${JSON.stringify(change)} below ${next}`,
        ).to.be.closeTo(sum, 1e-5);
        compared++;
        if (compared === 25) break;
      }
      expect(compared).to.be.greaterThan(8);
    }
  });

  it('is left out where nothing is cheap: success at once rarer than 1 in 1000', () => {
    const solved = solveStarForce(problem());
    expect(solved.status === 'valued' && solved.law.atoms!()).to.deep.equal({ list: [], completeBelow: 0 });
  });
});
