/**
 * What a valuation takes, beside plain enumeration and Monte Carlo of the same cases. A wrong result voids the run before
 * anything is written. Run: `npm run bench:engine`. Writes evidence/engine.json.
 */
import { mechanicsOf } from '../src/domain/valuation/slots.ts';
import { defaultAssumptions } from '../src/domain/valuation/assumptions.ts';
import { solveBonusOptions } from '../src/domain/valuation/bonus-options/solve.ts';
import { distribution } from '../src/domain/valuation/distribution/distribution.ts';
import { jobOf } from '../src/domain/valuation/jobs.ts';
import { solvePotential } from '../src/domain/valuation/potential/solve.ts';
import type { RuleSet } from '../src/domain/valuation/rules.ts';
import type { StarForceProblem } from '../src/domain/valuation/starforce/problem.ts';
import { solveStarForce } from '../src/domain/valuation/starforce/solve.ts';
import { valuate } from '../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../src/platform/bounded-memo.ts';
import { loadRuleSet } from '../src/platform/rule-files.ts';
import { agreementOfRolls, agreementOfStarForce } from './engine/agreement.ts';
import { type Subject, subjects } from './engine/characters.ts';
import { measure, type Took } from './engine/clock.ts';
import { measureFresh, PROCESSES, SEEN } from './engine/fresh.ts';
import { memoryOfMemo } from './engine/memory.ts';
import { rollCases } from './engine/rolls.ts';
import { machine, writeEvidence } from './evidence.ts';

const ROUNDS = 9;
const CAPACITY = 20_000;

interface Row extends Took {
  readonly what: string;
  readonly targetMs: number;
  /** By the processor's time: a busy machine stretches the wall's. */
  readonly met: boolean;
}

function row(what: string, targetMs: number, took: Took): Row {
  const line = { what, targetMs, ...took, met: took.cpu < targetMs };
  console.log(
    `${line.met ? 'met   ' : 'MISSED'} ${what}: cpu ${took.cpu} ms, wall ${took.wall} ms, target ${targetMs}`,
  );
  return line;
}

function starForce(rules: RuleSet['starforce']): StarForceProblem {
  const { event, mvp, pcRoom, starCatch, safeguard, restore, sparePrice } = defaultAssumptions;
  const options = { event, mvp, pcRoom, starCatch, safeguard, restore, sparePrice };
  return { ...options, rules, itemLevel: 200, from: 0, to: 22 };
}

function lawOf(problem: StarForceProblem) {
  const solved = solveStarForce(problem);
  if (solved.status !== 'valued') throw new Error('star force is not valued');
  return solved.law;
}

function starForceRows(now: StarForceProblem, dropping: StarForceProblem): Row[] {
  return [
    row(
      'star force 0 to 22, level 200: mean, sd and counts',
      0.1,
      measure(ROUNDS, 500, () => lawOf(now)),
    ),
    row(
      'star force, all quantiles, current rules',
      15,
      measure(ROUNDS, 10, () => distribution(lawOf(now))),
    ),
    row(
      `star force, all quantiles, stars drop (${dropping.rules.ruleSet})`,
      50,
      measure(ROUNDS, 5, () => distribution(lawOf(dropping))),
    ),
  ];
}

/** All potentials and all bonus options of a character, one by one; the mean of one. */
function partRows({ equipment }: Subject, { potential, bonusOptions }: RuleSet): Row[] {
  if (!potential || !bonusOptions) throw new Error('the rule set lacks a table');
  const job = jobOf(equipment.characterClass);
  const wearer = job && { job, characterLevel: equipment.characterLevel };
  const { goal, guarantee, sameResultReroll, cubePrice, initialGrade: startGrade } = defaultAssumptions;
  const shared = { goal, guarantee, sameResultReroll, cubePrice, startGrade, wearer, method: 'meso' as const };
  const potentials = equipment.items.flatMap((item) => {
    const slot = mechanicsOf(item.slot, item.part)?.pool;
    if (slot === undefined || wearer === undefined) return [];
    const context = { ...shared, wearer, rules: potential, slot, itemLevel: item.level };
    const once = { failuresSoFar: 0, miracleTime: false };
    return [
      () => solvePotential(item.potential, { ...context, ...once, kind: 'main' }),
      () => solvePotential(item.additionalPotential, { ...context, ...once, kind: 'additional' }),
    ].filter((solve) => solve().status === 'valued');
  });
  const flames = equipment.items.flatMap((item) => {
    const kind = mechanicsOf(item.slot, item.part)?.flame;
    const context = { rules: bonusOptions, job, assumptions: defaultAssumptions };
    return kind === undefined ? [] : [() => solveBonusOptions(item, kind, context)];
  });
  const solved = flames.filter((solve) => solve().status === 'valued');
  return [
    row(
      `one potential with its quantiles, mean of ${potentials.length}`,
      2,
      measure(ROUNDS, potentials.length, (index) => {
        const answer = potentials[index]?.();
        return answer?.status === 'valued' && distribution(answer.law);
      }),
    ),
    row(
      `bonus options of one item, mean of ${solved.length}`,
      5,
      measure(ROUNDS, solved.length, (i) => solved[i]?.()),
    ),
  ];
}

function characterRows({ origin, equipment }: Subject, number: number, ruleSet: RuleSet): Row[] {
  const worn = equipment.presets.reduce((sum, { items }) => sum + items.length, 0);
  const who = `${origin}: ${worn} items in ${equipment.presets.length} presets, ${equipment.items.length} different`;
  const known = boundedMemo(CAPACITY);
  return [
    row(`cold (empty memo, warm code), ${who}`, 500, measureFresh(number, 'cold')),
    row(`first seen after ${SEEN} other characters (warm code), ${who}`, 150, measureFresh(number, 'seen')),
    row(
      `again, ${who}`,
      3,
      measure(ROUNDS, 10, () => valuate(equipment, ruleSet, defaultAssumptions, known)),
    ),
  ];
}

const ruleSet = await loadRuleSet('kms2026');
const former = await loadRuleSet('sf25-pre2022');
const characters = subjects();
const problem = starForce(ruleSet.starforce);
const cases = characters.flatMap(({ equipment }) =>
  rollCases(equipment, ruleSet, valuate(equipment, ruleSet, defaultAssumptions)),
);
const rolls = agreementOfRolls(cases);
const kernels = starForceRows(problem, starForce(former.starforce));
const stars = agreementOfStarForce(problem, lawOf(problem).mean, kernels[0]?.wall ?? NaN);
const rows = [
  ...kernels,
  ...characters.slice(0, 1).flatMap((subject) => partRows(subject, ruleSet)),
  ...characters.flatMap((subject, number) => characterRows(subject, number, ruleSet)),
];
writeEvidence('engine', {
  ...machine(),
  rounds: ROUNDS,
  milliseconds: 'medians; cpu is that of the whole process, garbage collection on other cores included',
  freshProcesses: `cold and first seen: one valuation in each of ${PROCESSES} new processes that have valued ${SEEN} other characters. Cold forgets their memo and keeps their code and their climbs through the grades (at most 1024 transforms); nothing is made ahead in the background`,
  rows,
  rolls,
  starForceByMonteCarlo: stars,
  memory: memoryOfMemo(ruleSet),
});
