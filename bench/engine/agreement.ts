import { performance } from 'node:perf_hooks';
import { attemptCost, attemptOdds } from '../../src/domain/valuation/starforce/attempt.ts';
import type { StarForceProblem } from '../../src/domain/valuation/starforce/problem.ts';
import { rollProbability } from '../../src/domain/valuation/potential/roll.ts';
import { createRandom } from '../../src/standin/random.ts';
import { measure } from './clock.ts';
import { drawn, enumerated } from './enumeration.ts';
import type { RollCase } from './rolls.ts';

const AGREED = 1e-12;
/** Standard errors that chance is allowed: of some sixty cases none should reach it. */
const LUCK = 5;
const ROLLS = 100_000;
const GAMES = 20_000;

/** Prices the same rolls three ways. Throws where they disagree: the whole run is then void. */
export function agreementOfRolls(cases: readonly RollCase[]): object {
  const numbers = createRandom('bench/rolls');
  const random = (): number => numbers.next();
  let absolute = 0;
  let relative = 0;
  let deviation = 0;
  for (const given of cases) {
    const { probability, name } = given;
    const plain = enumerated(given);
    const difference = Math.abs(probability - plain);
    absolute = Math.max(absolute, difference);
    relative = Math.max(relative, difference / plain);
    const z = Math.abs(drawn(given, ROLLS, random) - plain) / Math.sqrt((plain * (1 - plain)) / ROLLS);
    // Of fewer than ten expected hits the normal law says nothing.
    if (plain * ROLLS >= 10) deviation = Math.max(deviation, z);
    if (relative > AGREED || deviation > LUCK) throw new Error(`void: ${name} is ${probability}, not ${plain}, z ${z}`);
  }
  const each = (run: (given: RollCase) => unknown) => () => {
    for (const given of cases) run(given);
  };
  const engine = measure(
    5,
    1,
    each(({ roll, demands }) => rollProbability(roll, demands)),
  ).cpu;
  const plainly = measure(3, 1, each(enumerated)).cpu;
  const played = measure(
    1,
    1,
    each((given) => drawn(given, ROLLS, random)),
  ).cpu;
  return {
    cases: cases.length,
    largestAbsoluteDifference: absolute,
    largestRelativeDifference: relative,
    monteCarlo: { rollsPerCase: ROLLS, largestDeviationInStandardErrors: deviation },
    cpuMs: { engine, plainEnumeration: plainly, monteCarlo: played },
    timesFasterThan: { plainEnumeration: Math.round(plainly / engine), monteCarlo: Math.round(played / engine) },
  };
}

/** Plays star force without drops, protection or restoring, and compares the mean. Throws where it disagrees. */
export function agreementOfStarForce(problem: StarForceProblem, mean: number, engineMs: number): object {
  const numbers = createRandom('bench/stars');
  const random = (): number => numbers.next();
  const began = performance.now();
  let sum = 0;
  let squares = 0;
  for (let game = 0; game < GAMES; game += 1) {
    const cost = play(problem, random);
    sum += cost;
    squares += cost * cost;
  }
  const took = performance.now() - began;
  const played = sum / GAMES;
  const error = Math.sqrt((squares / GAMES - played * played) / GAMES);
  const deviation = Math.abs(played - mean) / error;
  if (!(deviation <= LUCK)) throw new Error(`void: star force costs ${mean}, played ${played} ± ${error}`);
  return {
    games: GAMES,
    relativeDifferenceOfMeans: Math.abs(played / mean - 1),
    deviationInStandardErrors: deviation,
    wallMs: took,
    timesFasterThanMonteCarlo: Math.round(took / engineMs),
  };
}

function play({ rules, itemLevel, from, to, ...options }: StarForceProblem, random: () => number): number {
  let cost = 0;
  for (let star = from; star < to;) {
    const odds = attemptOdds(rules, star, { ...options, safeguarded: false });
    cost += attemptCost(rules, { star, itemLevel, safeguarded: false }, options);
    const draw = random();
    if (draw < odds.success) star += 1;
    else if (draw >= odds.success + odds.maintain) star = rules.attempts[star]?.starAfterDestroy ?? star;
  }
  return cost;
}
