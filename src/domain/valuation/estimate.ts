import { solveScore } from './bonus-options/solve.ts';
import { rounded } from './compact.ts';
import type { Solved } from './component.ts';
import { unsupported } from './component.ts';
import { distribution } from './distribution/distribution.ts';
import type { BonusOptionsEstimate, EstimateRequest, PotentialEstimate, StarForceEstimate } from './estimate-input.ts';
import { solveGoal } from './potential/solve.ts';
import { maxStarOf } from './starforce/problem.ts';
import { solveStarForce } from './starforce/solve.ts';
import { read } from './read-input.ts';
import type { RuleSet } from './rules.ts';
import { ENGINE_VERSION } from './valuate.ts';
import type { Facts } from './valuation.ts';

/**
 * The answer to `POST /estimates` as plain data: the keys of the request as components, rounded as everywhere.
 * Throws `ProblemError('invalid-input')` for more stars than the rule set gives an item of that level.
 */
export function estimate(request: EstimateRequest, ruleSet: RuleSet): Record<string, unknown> {
  const { starforce, potential, bonusOptions } = request;
  return {
    ruleSet: ruleSet.id,
    tables: ruleSet.tables,
    engine: ENGINE_VERSION,
    ...(starforce && {
      starforce: render(estimateStarForce(starforce, ruleSet)),
    }),
    ...(potential && { potential: render(estimatePotential(potential, ruleSet)) }),
    ...(bonusOptions && { bonusOptions: render(estimateBonusOptions(bonusOptions, ruleSet)) }),
  };
}

function estimateStarForce(problem: StarForceEstimate, { starforce: rules }: RuleSet): Solved<Facts['starforce']> {
  const { strategy, itemLevel, to } = problem;
  const maxStar = maxStarOf(rules, itemLevel) ?? 0;
  if (to > maxStar) read.refuse('starforce.to', `at most ${maxStar} at level ${itemLevel}`);
  const best = { safeguard: 'optimal', restore: 'optimal' } as const;
  return solveStarForce({ ...problem, ...(strategy === 'optimal' ? best : {}), rules });
}

function estimatePotential(problem: PotentialEstimate, { potential }: RuleSet): Solved<Facts['potential']> {
  if (potential === undefined) return unsupported('no-table');
  const { class: job, characterLevel, startGrade = problem.grade, ...given } = problem;
  const wearer = job !== undefined && characterLevel !== undefined ? { job, characterLevel } : undefined;
  return solveGoal({ ...given, startGrade, wearer, rules: potential, lineCount: 3, miracleTime: false });
}

function estimateBonusOptions(
  problem: BonusOptionsEstimate,
  { bonusOptions: rules }: RuleSet,
): Solved<Facts['bonusOptions']> {
  if (rules === undefined) return unsupported('no-table');
  const { flame, flamePrice, weights, threshold, kind, itemLevel: level, bossItem: boss, baseAttack } = problem;
  const item = { kind, level, boss, baseAttackPower: baseAttack, baseMagicPower: baseAttack };
  return solveScore({ rules, flame, weights, threshold, item }, flamePrice);
}

function render(solved: Solved<object>): unknown {
  if (solved.status === 'none') return solved;
  if (solved.status === 'unsupported')
    return { status: solved.status, reason: solved.reason, ...(rounded(solved.facts ?? {}, '') as object) };
  const { status, facts, law } = solved;
  return { status, ...(rounded(facts, '') as object), cost: rounded(distribution(law), 'cost') };
}
