import { expect } from 'chai';
import { routeMasses } from '../../../../src/domain/valuation/potential/route-lattice.ts';
import { routeLaw } from '../../../../src/domain/valuation/potential/route-law.ts';
import { type Demand, type Roll, rollProbability } from '../../../../src/domain/valuation/potential/roll.ts';
import type { Pool } from '../../../../src/domain/valuation/potential/rules.ts';
import { sameResult } from '../../../../src/domain/valuation/potential/same-result.ts';
import { enumerate } from './enumerate.ts';

function pool(weights: Readonly<Record<string, number>>): Pool {
  const options = Object.entries(weights).map(([text, weight]) => ({
    text,
    weight,
    line: { kind: 'merged' as const },
  }));
  return { name: 'small', denominator: options.reduce((sum, { weight }) => sum + weight, 0), options };
}

/** Few results, so that a repeat is likely; "b" is an option of both grades and one line to the eye. */
const roll: Roll = {
  pools: {
    own: pool({ a: 1, b: 2, c: 3, d: 3, e: 2 }),
    lower: pool({ b: 2, f: 3, g: 3, h: 4 }),
    ownGradeRates: [0.2, 0.05],
  },
  caps: new Map(),
  lineCount: 2,
};
const demands: Demand[] = [{ contribution: ({ text }) => Number('ab'.includes(text)), least: 1 }];

/** P(n rolls are counted), n = 0 … `most`, by following every result from roll to roll. */
function chain(most: number): number[] {
  const results = new Map<string, { probability: number; good: boolean }>();
  for (const { texts, probability } of enumerate(roll)) {
    const known = results.get(texts.join())?.probability ?? 0;
    results.set(texts.join(), { probability: known + probability, good: texts.some((text) => 'ab'.includes(text)) });
  }
  const failing = [...results.values()].filter(({ good }) => !good).map(({ probability }) => probability);
  const p = 1 - failing.reduce((sum, probability) => sum + probability, 0);
  const chances = [0, p];
  let present = failing;
  while (chances.length <= most) {
    const leaving = present.map((mass, r) => mass / (1 - failing[r]!));
    const all = leaving.reduce((sum, mass) => sum + mass, 0);
    chances.push(p * all);
    present = failing.map((probability, r) => probability * (all - leaving[r]!));
  }
  return chances;
}

describe('sameResult', () => {
  const probability = rollProbability(roll, demands);
  const stage = { grade: 'legendary', price: 1, tierUp: undefined, success: probability } as const;
  const route = [{ ...stage, sameResult: sameResult(roll, demands, probability) }];

  it('has the law of the chain that remembers the present lines', () => {
    const chances = chain(120);
    const masses = routeMasses(route, 1, chances.length);
    chances.forEach((chance, n) => expect(masses[n], `${n} rolls`).to.be.closeTo(chance, 1e-14));
  });

  it('has its mean and variance', () => {
    const chances = chain(400);
    const mean = chances.reduce((sum, chance, n) => sum + n * chance, 0);
    const variance = chances.reduce((sum, chance, n) => sum + (n - mean) ** 2 * chance, 0);
    const law = routeLaw(route);
    expect(law.mean).to.be.closeTo(mean, 1e-12);
    expect(law.variance).to.be.closeTo(variance, 1e-11);
    expect(law.mean).to.be.lessThan(1 / probability);
  });
});
