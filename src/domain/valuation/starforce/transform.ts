import type { Grid } from '../distribution/grid.ts';
import { at, type ComplexVector, filled, multiplyInto, vectorOf } from '../distribution/vector.ts';
import type { Chain, Step } from './chain.ts';

/**
 * E[z^(cost/step)] of the whole problem on the grid: the product of the passages of the path. Each passage follows from
 * those below it, U = z^c·exit/(1 − z^c·again), so one frequency takes O(stars). Source: first-step analysis, as for the
 * moments.
 */
export function chainTransform(chain: Chain, grid: Grid): ComplexVector {
  const nothing = filled(grid.count, 0);
  const climbs = new Map<number, ComplexVector>();
  const goals = new Set(chain.steps.filter(fallsBack).map(({ after }) => after));
  const result = filled(grid.count, 1);
  let below: Step | undefined;
  let afterDrop: ComplexVector = nothing;
  for (const [index, step] of chain.steps.entries()) {
    if (goals.has(step.star)) climbs.set(step.star, filled(grid.count, 1));
    const fall = step.destroy > 0 ? fallOf(step, climbs.get(step.after), grid) : nothing;
    const parts = { step, pay: grid.pay(step.cost), fall, back: below?.next === step.star };
    const whole = passage(parts, afterDrop);
    if ((chain.steps[index + 1]?.decrease ?? 0) > 0) {
      const certain = step.decrease > 0 && below ? grid.pay(below.certainCost) : nothing;
      afterDrop = chain.certainAfterTwoDrops ? passageAfterDrop(parts, certain, whole) : whole;
    }
    for (const climb of climbs.values()) multiplyInto(climb, whole);
    if (chain.path.includes(step)) multiplyInto(result, whole);
    below = step;
  }
  return result;
}

/** What a passage is made of. */
interface Parts {
  readonly step: Step;
  readonly pay: ComplexVector;
  /** What destruction costs, the climb back included. */
  readonly fall: ComplexVector;
  /** Whether the way up from the star below leads here; else (two stars at once, an event) past this star. */
  readonly back: boolean;
}

function fallsBack({ destroy, after, star }: Step): boolean {
  return destroy > 0 && after !== star;
}

/** Spare copies, fee, and the climb from the star after destruction back up to this one. */
function fallOf(step: Step, climb: ComplexVector | undefined, grid: Grid): ComplexVector {
  const back = fallsBack(step) ? climb : undefined;
  if (step.penalty === 0) return back ?? filled(grid.count, 1);
  const fall = grid.pay(step.penalty);
  if (back) multiplyInto(fall, back);
  return fall;
}

/** pay·exit/(1 − pay·again), element by element; `drop` is the way up again after one drop. */
function passage({ step, pay, fall, back }: Parts, drop: ComplexVector): ComplexVector {
  const { success, maintain, destroy, decrease } = step;
  const [dropAgain, dropExit] = back ? [decrease, 0] : [0, decrease];
  const { re, im } = vectorOf(pay.re.length);
  for (let k = 0; k < re.length; k++) {
    const x = at(pay.re, k);
    const y = at(pay.im, k);
    const againRe = maintain + destroy * at(fall.re, k) + dropAgain * at(drop.re, k);
    const againIm = destroy * at(fall.im, k) + dropAgain * at(drop.im, k);
    const exitRe = success + dropExit * at(drop.re, k);
    const exitIm = dropExit * at(drop.im, k);
    const a = x * exitRe - y * exitIm;
    const b = x * exitIm + y * exitRe;
    const c = 1 - (x * againRe - y * againIm);
    const d = -(x * againIm + y * againRe);
    const scale = 1 / (c * c + d * d);
    re[k] = (a * c + b * d) * scale;
    im[k] = (b * c - a * d) * scale;
  }
  return { re, im };
}

/** The passage begun after one drop, pay·(exit + again·whole): the next drop makes the attempt below certain. */
function passageAfterDrop(
  { step, pay, fall, back }: Parts,
  certain: ComplexVector,
  whole: ComplexVector,
): ComplexVector {
  const { success, maintain, destroy, decrease } = step;
  const [dropAgain, dropExit] = back ? [decrease, 0] : [0, decrease];
  const { re, im } = vectorOf(pay.re.length);
  for (let k = 0; k < re.length; k++) {
    const againRe = maintain + destroy * at(fall.re, k) + dropAgain * at(certain.re, k);
    const againIm = destroy * at(fall.im, k) + dropAgain * at(certain.im, k);
    const u = at(whole.re, k);
    const v = at(whole.im, k);
    const a = success + dropExit * at(certain.re, k) + againRe * u - againIm * v;
    const b = dropExit * at(certain.im, k) + againRe * v + againIm * u;
    re[k] = at(pay.re, k) * a - at(pay.im, k) * b;
    im[k] = at(pay.re, k) * b + at(pay.im, k) * a;
  }
  return { re, im };
}
