import { readFileSync } from 'node:fs';
import { jobOf, type Job } from '../../../../src/domain/valuation/jobs.ts';
import type { Wearer } from '../../../../src/domain/valuation/potential/goal.ts';
import { parsePotentialRules } from '../../../../src/domain/valuation/potential/parse-rules.ts';
import type { PotentialRules } from '../../../../src/domain/valuation/potential/rules.ts';
import {
  type PotentialFacts,
  type PotentialProblem,
  solveGoal,
} from '../../../../src/domain/valuation/potential/solve.ts';
import type { Valued } from '../../../../src/domain/valuation/component.ts';

/** The rule file as the product ships it, parsed JSON. */
export function ruleFile(): unknown {
  return JSON.parse(readFileSync(new URL('../../../../rules/potential/kms2026.json', import.meta.url), 'utf8'));
}

export const rules: PotentialRules = parsePotentialRules(ruleFile());

export function job(name: string): Job {
  const found = jobOf(name);
  if (found === undefined) throw new Error(`no job ${name}`);
  return found;
}

/** The level-285 Evan of the worked goals: INT and magic attack, 31 points per point of nine levels. */
export const evan: Wearer = { job: job('에반'), characterLevel: 285 };

/** A legendary cape of level 200, rolled with mesos, nothing banked; change what a test is about. */
export function problem(changes: Partial<PotentialProblem> = {}): PotentialProblem {
  return {
    rules,
    kind: 'main',
    method: 'meso',
    slot: 'cape',
    itemLevel: 200,
    grade: 'legendary',
    startGrade: changes.grade ?? 'legendary',
    goal: { STR: 21 },
    lineCount: 3,
    wearer: evan,
    failuresSoFar: 0,
    guarantee: 'N+1',
    miracleTime: false,
    sameResultReroll: false,
    cubePrice: null,
    ...changes,
  };
}

export function valued(changes: Partial<PotentialProblem>): Valued<PotentialFacts> {
  const solved = solveGoal(problem(changes));
  if (solved.status !== 'valued') throw new Error(`not valued: ${JSON.stringify(solved)}`);
  return solved;
}

/** Facts of a goal, whether or not its price is known. */
export function factsOf(changes: Partial<PotentialProblem>): PotentialFacts {
  const solved = solveGoal(problem(changes));
  if (solved.status === 'none' || solved.facts === undefined) throw new Error(`no facts: ${JSON.stringify(solved)}`);
  return solved.facts;
}
