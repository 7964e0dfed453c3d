import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Grade } from '../../../../src/domain/character/equipment.ts';
import { quantile } from '../../../../src/domain/valuation/distribution/distribution.ts';
import { contributionTo, type Goal, type GoalKey } from '../../../../src/domain/valuation/potential/goal.ts';
import { rollProbability } from '../../../../src/domain/valuation/potential/roll.ts';
import {
  bandOf,
  type PotentialKind,
  type PotentialMethod,
  rollPools,
} from '../../../../src/domain/valuation/potential/rules.ts';
import { sameResult } from '../../../../src/domain/valuation/potential/same-result.ts';
import { summariseTries, tierUpTries, triesQuantile } from '../../../../src/domain/valuation/potential/tier-up.ts';
import type { PoolSlot } from '../../../../src/domain/valuation/slots.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { rollFacts, routeFacts, routeQuantiles, tierUpFacts } from './facts.ts';
import { factsOf, rules, valued } from './fixture.ts';

interface GoldenCase {
  readonly id: string;
  readonly mechanic: string;
  readonly ruleset: string;
  readonly inputs: Record<string, never>;
  readonly expected: Readonly<Record<string, number>>;
  readonly tolerance: Readonly<Record<string, number>>;
}

const golden = sharedData('reference/golden.json');
const cases =
  golden === undefined
    ? []
    : (JSON.parse(readFileSync(golden, 'utf8')) as GoldenCase[]).filter((c) => c.mechanic.startsWith('potential_'));

const near = (actual: number, expected: number, relative: number, what: string): void => {
  expect(Math.abs(actual / expected - 1), `${what}: ${actual} for ${expected}`).to.be.at.most(relative);
};
const nearCount = (actual: number, expected: number, what: string): void => {
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).to.be.at.most(Math.max(1, 1e-4 * expected));
};

describe('golden values of potentials', () => {
  it('has all 74 cases', function () {
    if (golden === undefined) skipLoudly(this, 'the golden values are not there');
    expect(cases.length).to.equal(45 + 8 + 5 + 16);
  });

  for (const golden of cases.filter(
    ({ mechanic }) => mechanic === 'potential_main' || mechanic === 'potential_additional',
  ))
    it(golden.id, () => checkRoll(golden));
  for (const golden of cases.filter(({ mechanic }) => mechanic === 'potential_tier_up'))
    it(golden.id, () => checkTierUp(golden));
  for (const golden of cases.filter(({ mechanic }) => mechanic === 'potential_route'))
    it(golden.id, () => checkRoute(golden));
});

function methodOf(ruleset: string): PotentialMethod {
  return (['gold', 'silver', 'bronze', 'red'] as const).find((name) => ruleset.includes(name)) ?? 'meso';
}

function checkRoll({ mechanic, ruleset, inputs, expected, tolerance }: GoldenCase): void {
  const kind: PotentialKind = mechanic === 'potential_main' ? 'main' : 'additional';
  const { slot, item_level: level, grade, conditions: goal } = inputs as unknown as RollInputs;
  const itemLevel = level === '120-200' ? 160 : level;
  const method = methodOf(ruleset);
  const { trials } = factsOf({ kind, method, slot, itemLevel, grade, goal });
  near(trials.probability, expected.p!, tolerance.p_rel!, 'p');
  near(trials.mean, expected.mean!, tolerance.mean_rel!, 'mean');
  near(trials.sd, expected.sd!, tolerance.mean_rel!, 'sd');
  nearCount(trials.p50, expected.p50!, 'p50');
  nearCount(trials.p90, expected.p90!, 'p90');
  if (expected.p99 !== undefined) nearCount(trials.p99, expected.p99, 'p99');
  if (expected.p_no_repeat_adjusted !== undefined)
    near(
      adjusted({ kind, method, slot, itemLevel, grade, goal }),
      expected.p_no_repeat_adjusted,
      tolerance.p_rel!,
      'adjusted',
    );
  const mesos = expected.meso_mean ?? expected.meso_mean_L160;
  if (mesos !== undefined) near(lastStageMean({ kind, method, slot, itemLevel, grade, goal }), mesos, 1e-4, 'mesos');
}

/** The chance of the next roll when it cannot repeat the present lines, averaged over the failing results. */
function adjusted({ kind = 'main', method = 'meso', slot = 'cape', ...of }: Parameters<typeof factsOf>[0]): number {
  const place = { band: bandOf(rules, of.itemLevel!)!, slot };
  const roll = {
    pools: rollPools(rules.methods[kind].get(method)!, place, of.grade!)!,
    caps: rules.caps,
    lineCount: 3 as const,
  };
  const demands = (Object.entries(of.goal!) as [GoalKey, number][]).map(([key, least]) => ({
    contribution: contributionTo(key, undefined)!,
    least,
  }));
  const p = rollProbability(roll, demands);
  return (p * sameResult(roll, demands, p).series[0]!) / (1 - p);
}

interface RollInputs {
  readonly slot: PoolSlot;
  readonly item_level: number | '120-200';
  readonly grade: Grade;
  readonly conditions: Goal;
}

/** Mean mesos without the tier-ups that resets bring below legendary. */
function lastStageMean(of: Parameters<typeof factsOf>[0] & { readonly kind: PotentialKind }): number {
  const { trials } = factsOf(of);
  const price = rules.prices[of.kind].find(({ to }) => (of.itemLevel ?? 0) <= to)!.prices[of.grade ?? 'legendary'];
  return trials.mean * price;
}

function checkTierUp({ inputs, expected, tolerance }: GoldenCase): void {
  const given = inputs as unknown as {
    p: number;
    pity_failures: number;
    failures_so_far?: number;
    miracle_time?: boolean;
    method: string;
    step: string;
  };
  const miracleTime = given.miracle_time ?? false;
  const step = { probability: given.p / (miracleTime ? 2 : 1), guaranteeAfter: given.pity_failures };
  const failuresSoFar = given.failures_so_far ?? 0;
  const tries = tierUpTries(step, { guarantee: 'N+1', failuresSoFar, miracleTime });
  const summary = summariseTries(tries);
  near(summary.mean, expected.mean!, tolerance.mean_rel!, 'mean');
  expect(summary.most).to.equal(expected.max_attempts);
  expect(summary.p90).to.equal(expected.p90);
  if (expected.sd !== undefined) near(summary.sd, expected.sd, 1e-9, 'sd');
  if (expected.p50 !== undefined) expect(summary.p50).to.equal(expected.p50);
  if (expected.mean_if_pity_on_Nth !== undefined) {
    const onNth = tierUpTries(step, { guarantee: 'N', failuresSoFar, miracleTime });
    near(summariseTries(onNth).mean, expected.mean_if_pity_on_Nth, 1e-9, 'mean when the N-th try is certain');
    const never = tierUpTries({ ...step, guaranteeAfter: undefined }, { guarantee: 'N+1', failuresSoFar, miracleTime });
    near(summariseTries(never).mean, expected.mean_without_pity!, 1e-9, 'mean without a guarantee');
  }
  const known = rules.methods[given.method === 'additional' ? 'additional' : 'main'].get(
    given.method === 'red' ? 'red' : 'meso',
  );
  const grade = given.step.split('>')[0] as Grade;
  if (['main', 'additional', 'red'].includes(given.method)) expect(known?.tierUp[grade]).to.deep.equal(step);
  if (expected.meso_mean_L200 !== undefined) {
    const price = rules.prices[given.method as PotentialKind].find(({ to }) => to >= 200)!.prices[grade];
    near(summary.mean * price, expected.meso_mean_L200, 1e-9, 'mesos at level 200');
  }
}

function checkRoute({ inputs, expected, tolerance }: GoldenCase): void {
  const given = inputs as unknown as RollInputs & { kind: PotentialKind; start_grade: Grade; item_level: number };
  const { kind, slot, item_level: itemLevel, start_grade: startGrade, conditions: goal } = given;
  const { law, facts } = valued({ kind, slot, itemLevel, startGrade, goal });
  near(facts.trials.probability, expected.p_target!, tolerance.p_rel!, 'p');
  near(law.mean, expected.mean!, tolerance.mean_rel!, 'mean');
  near(Math.sqrt(law.variance), expected.sd!, tolerance.mean_rel!, 'sd');
  for (const percent of [50, 75, 90, 95, 99])
    near(quantile(law, percent / 100), expected[`p${percent}`]!, tolerance.quantile_rel!, `p${percent}`);
}

describe('verified values that stay with the project: potentials', () => {
  for (const [kind, method, slot, itemLevel, grade, goal, probability] of rollFacts)
    it(`${kind} ${method} ${slot} ${itemLevel} ${grade} ${JSON.stringify(goal)}`, () => {
      near(factsOf({ kind, method, slot, itemLevel, grade, goal }).trials.probability, probability, 1e-4, 'p');
    });

  for (const [kind, method, grade, miracleTime, failuresSoFar, mean, p90, most] of tierUpFacts)
    it(`tier-up ${kind} ${method} ${grade}${miracleTime ? ' miracle' : ''} after ${failuresSoFar}`, () => {
      const step = rules.methods[kind].get(method)?.tierUp[grade];
      const tries = tierUpTries(step!, { guarantee: 'N+1', failuresSoFar, miracleTime });
      near(summariseTries(tries).mean, mean, 1e-9, 'mean');
      expect([triesQuantile(tries, 0.9), tries.most]).to.deep.equal([p90, most]);
    });

  for (const [index, [kind, slot, itemLevel, startGrade, goal, mean, sd]] of routeFacts.entries())
    it(`way ${kind} ${slot} ${itemLevel} from ${startGrade} ${JSON.stringify(goal)}`, () => {
      const { law } = valued({ kind, slot, itemLevel, startGrade, goal });
      near(law.mean, mean, 1e-4, 'mean');
      near(Math.sqrt(law.variance), sd, 1e-4, 'sd');
      for (const [which, q] of [0.5, 0.75, 0.9, 0.95, 0.99].entries())
        near(quantile(law, q), routeQuantiles[index]![which]!, 1e-4, `quantile ${q}`);
    });
});
