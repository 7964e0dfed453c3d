import type { Grid } from '../distribution/grid.ts';
import { at, type ComplexVector, multiplyInto, ones } from '../distribution/vector.ts';
import type { Chain, Step } from './chain.ts';

/**
 * E[z^(cost/step)] of the whole problem on the grid: the product of the passages of the path. Each passage follows from
 * those below it, U = z^c·exit/(1 − z^c·again), so one frequency takes O(stars). Source: first-step analysis, as for the
 * moments.
 */
export function chainTransform(chain: Chain, grid: Grid): ComplexVector {
  const climbs = new Map<number, ComplexVector>();
  const goals = new Set(chain.steps.filter(fallsBack).map(({ after }) => after));
  const result = ones(grid.count);
  let below: Step | undefined;
  let afterDrop: ComplexVector | undefined;
  for (const step of chain.steps) {
    if (goals.has(step.star)) climbs.set(step.star, ones(grid.count));
    const parts = partsOf(step, { below, afterDrop, climb: climbs.get(step.after), grid });
    const whole = loop(parts);
    const dropAbove = chain.steps.some(({ star, decrease }) => star === step.star + 1 && decrease > 0);
    if (dropAbove) afterDrop = chain.certainAfterTwoDrops ? once(step, { ...parts, whole, below, grid }) : whole;
    for (const climb of climbs.values()) multiplyInto(climb, whole);
    if (chain.path.includes(step)) multiplyInto(result, whole);
    below = step;
  }
  return result;
}

/** Payment of one attempt, what ends the passage after it, what begins it again; `fall` is the part of destruction. */
interface Parts {
  readonly pay: ComplexVector;
  readonly exit: ComplexVector;
  readonly again: ComplexVector;
  readonly fall: ComplexVector | undefined;
}

interface Surroundings {
  readonly below: Step | undefined;
  /** The passage of the star below, begun right after a drop. */
  readonly afterDrop: ComplexVector | undefined;
  /** From the star after destruction back up to this one. */
  readonly climb: ComplexVector | undefined;
  readonly grid: Grid;
}

function fallsBack({ destroy, after, star }: Step): boolean {
  return destroy > 0 && after !== star;
}

function partsOf(step: Step, { below, afterDrop, climb, grid }: Surroundings): Parts {
  const exit = filled(grid.count, step.success);
  const again = filled(grid.count, step.maintain);
  if (step.decrease > 0 && afterDrop) add(below?.next === step.star ? again : exit, step.decrease, afterDrop);
  const fall = step.destroy > 0 ? fallOf(step, climb, grid) : undefined;
  if (fall) add(again, step.destroy, fall);
  return { pay: grid.pay(step.cost), exit, again, fall };
}

/** What destruction costs: spare copies, fee, and the climb back. */
function fallOf(step: Step, climb: ComplexVector | undefined, grid: Grid): ComplexVector {
  const back = fallsBack(step) ? climb : undefined;
  if (step.penalty === 0) return back ?? ones(grid.count);
  const fall = grid.pay(step.penalty);
  if (back) multiplyInto(fall, back);
  return fall;
}

/** pay·exit/(1 − pay·again), element by element. */
function loop({ pay, exit, again }: Parts): ComplexVector {
  const re = new Float64Array(pay.re.length);
  const im = new Float64Array(pay.re.length);
  for (let k = 0; k < re.length; k++) {
    const x = at(pay.re, k);
    const y = at(pay.im, k);
    const a = x * at(exit.re, k) - y * at(exit.im, k);
    const b = x * at(exit.im, k) + y * at(exit.re, k);
    const c = 1 - (x * at(again.re, k) - y * at(again.im, k));
    const d = -(x * at(again.im, k) + y * at(again.re, k));
    const scale = 1 / (c * c + d * d);
    re[k] = (a * c + b * d) * scale;
    im[k] = (b * c - a * d) * scale;
  }
  return { re, im };
}

/** The passage begun with one drop: the next drop makes the attempt at the star below certain. */
function once(
  step: Step,
  { pay, fall, whole, below, grid }: Parts & { whole: ComplexVector; below: Step | undefined; grid: Grid },
): ComplexVector {
  const again = filled(grid.count, step.maintain);
  if (fall) add(again, step.destroy, fall);
  const exit = filled(grid.count, step.success);
  if (step.decrease > 0 && below)
    add(below.next === step.star ? again : exit, step.decrease, grid.pay(below.certainCost));
  multiplyInto(again, whole);
  add(exit, 1, again);
  multiplyInto(exit, pay);
  return exit;
}

function filled(count: number, value: number): ComplexVector {
  return { re: new Float64Array(count).fill(value), im: new Float64Array(count) };
}

/** `target` += factor·`term`. */
function add(target: ComplexVector, factor: number, term: ComplexVector): void {
  for (let k = 0; k < target.re.length; k++) {
    target.re[k] = at(target.re, k) + factor * at(term.re, k);
    target.im[k] = at(target.im, k) + factor * at(term.im, k);
  }
}
