import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { distribution } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { attemptCost, attemptOdds } from '../../../../src/domain/valuation/starforce/attempt.ts';
import { restoreTerms } from '../../../../src/domain/valuation/starforce/chain.ts';
import type { StarForceProblem } from '../../../../src/domain/valuation/starforce/problem.ts';
import { solveStarForce } from '../../../../src/domain/valuation/starforce/solve.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { problem, rulesOf, type RuleSetName } from './support.ts';

type Numbers = Record<string, number>;

interface GoldenCase {
  readonly id: string;
  readonly mechanic: string;
  readonly ruleset: RuleSetName;
  readonly inputs: Record<string, number | boolean | number[]>;
  readonly expected: Numbers & { policy?: { safeguard: number[]; restore: number[] } };
  readonly tolerance: Numbers;
}

/** The problem in the words of the reference file. */
function problemOf({ ruleset, inputs }: GoldenCase): StarForceProblem {
  const stars = (value: unknown): number[] => (value as number[] | undefined) ?? [];
  const number = (value: unknown): number => (value as number | undefined) ?? 0;
  const flag = (value: unknown): boolean => value === true;
  return problem({
    ...{ ruleSet: ruleset, itemLevel: number(inputs.item_level) },
    ...{ from: number(inputs.from_star), to: number(inputs.to_star) },
    event: {
      ...{ cost30: flag(inputs.cost30), destroy30: flag(inputs.boom30), restore20: flag(inputs.restore20) },
      ...{ sure: flag(inputs.sure), onePlus: flag(inputs.oneplus) },
    },
    ...{ mvp: Math.round(100 * number(inputs.mvp)), pcRoom: flag(inputs.pc), starCatch: flag(inputs.catch) },
    ...{ safeguard: stars(inputs.safeguard), restore: stars(inputs.restore) },
    sparePrice: number(inputs.spare ?? inputs.spare_price),
  });
}

function valued(given: StarForceProblem) {
  const solved = solveStarForce(given);
  if (solved.status !== 'valued') throw new Error(JSON.stringify(solved));
  return solved;
}

function expectRelative(actual: number, expected: number, tolerance: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).to.be.at.most(
    tolerance * Math.abs(expected) + 1e-12,
  );
}

const checks: Record<string, (golden: GoldenCase) => void> = {
  starforce: (golden) => {
    const { law, facts } = valued(problemOf(golden));
    const { expected, tolerance } = golden;
    const found: Numbers = { ...distribution(law) };
    for (const name of ['mean', 'sd']) expectRelative(found[name]!, expected[name]!, tolerance.mean_rel!, name);
    for (const name of ['p10', 'p50', 'p75', 'p90', 'p95', 'p99'])
      expectRelative(found[name]!, expected[name]!, tolerance.quantile_rel!, name);
    expectRelative(facts.attempts, expected.attempts!, tolerance.booms_rel!, 'attempts');
    expectRelative(facts.booms, expected.booms!, tolerance.booms_rel!, 'booms');
    expectRelative(facts.spares, expected.spares!, tolerance.booms_rel!, 'spares');
    expectRelative(facts.noBoomProbability, expected.p_no_boom!, 1e-6, 'no boom');
  },
  starforce_cost: (golden) => {
    const given = problemOf(golden);
    const star = golden.inputs.star as number;
    const safeguarded = given.safeguard.includes(star as never);
    const cost = attemptCost(given.rules, { star, itemLevel: given.itemLevel, safeguarded }, given);
    expect(Math.round(cost)).to.equal(golden.expected.mean);
  },
  starforce_prob: (golden) => {
    const { rules, event, starCatch, safeguard } = problemOf(golden);
    const star = golden.inputs.star as number;
    const odds: Numbers = {
      ...attemptOdds(rules, star, { event, starCatch, safeguarded: safeguard.includes(star as never) }),
    };
    for (const [name, chance] of Object.entries(golden.expected))
      expect(odds[name]).to.be.closeTo(chance as number, golden.tolerance.abs!);
  },
  starforce_optimal_policy: (golden) => {
    const plain = problemOf(golden);
    const { law, facts } = valued({ ...plain, safeguard: 'optimal', restore: 'optimal' });
    const { expected, tolerance } = golden;
    expectRelative(law.mean, expected.mean!, tolerance.mean_rel!, 'mean');
    expectRelative(facts.booms, expected.booms!, 1e-6, 'booms');
    expectRelative(facts.spares, expected.spares!, 1e-6, 'spares');
    expect(facts.strategy).to.deep.equal(expected.policy);
    expectRelative(valued(plain).law.mean, expected.naive_mean!, tolerance.mean_rel!, 'without a strategy');
  },
  starforce_restore_fee: ({ ruleset, inputs, expected }) => {
    const terms = restoreTerms(rulesOf(ruleset), inputs.item_level as number, inputs.destroyed_star as number);
    expect(terms).to.deep.equal({ fee: expected.mean, spares: expected.spare_items });
  },
};

describe('star force against the reference values', () => {
  it('agrees in every case, within its tolerance', function () {
    const path = sharedData('reference/golden.json');
    if (path === undefined) return skipLoudly(this, 'no reference/golden.json beside the project');
    const all = JSON.parse(readFileSync(path, 'utf8')) as GoldenCase[];
    const cases = all.filter(({ mechanic }) => mechanic in checks);
    const failures = cases.flatMap((golden) => {
      // One failing case must not hide the others.
      try {
        checks[golden.mechanic]!(golden);
        return [];
      } catch (error) {
        return [`${golden.id}: ${(error as Error).message}`];
      }
    });
    expect(failures).to.deep.equal([]);
    expect(cases).to.have.length(106);
  });
});
