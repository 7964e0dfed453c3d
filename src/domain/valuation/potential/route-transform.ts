import type { Grid } from '../distribution/grid.ts';
import { at, type ComplexVector, copied, filled, kept, multiplyInto, power, vectorOf } from '../distribution/vector.ts';
import type { Route, RouteStage } from './route.ts';

/**
 * E[z^(cost/step)] of a route on a grid: the climb (shared by every item of the same prices), times what follows its last
 * roll. O(stages × frequencies).
 */
export function routeTransform(route: Route, grid: Grid): ComplexVector {
  const first = route.findIndex(({ success }) => success > 0);
  const climb = first < 0 ? route : route.slice(0, first);
  const rest = stagesTransform(route.slice(climb.length), grid);
  if (climb.length === 0) return rest.run;
  const product = copied(rest.after);
  multiplyInto(product, climbTransform(climb, grid));
  return product;
}

/** From the last stage to the first: what a first roll there costs and brings, and what is left after it. */
function stagesTransform(stages: Route, grid: Grid): { run: ComplexVector; after: ComplexVector } {
  let after = filled(grid.count, 1);
  let run = after;
  for (const stage of stages.toReversed()) {
    if (stage.sameResult) {
      const pay = grid.pay(stage.price);
      after = countedRest(stage.success, stage.sameResult.series, pay);
      run = copied(after);
      multiplyInto(run, pay);
    } else if (stage.tierUp === undefined) {
      const pay = grid.pay(stage.price);
      after = repeated(pay, stage.success);
      run = copied(after);
      multiplyInto(run, pay);
    } else {
      run = stageRun(stage, after, grid);
      after = orDone(stage.success, run);
    }
  }
  return { run, after };
}

/** Transforms of climbs, by what decides them; the oldest goes first. Two for each window, 33 kB together. */
const climbs = new Map<string, ComplexVector>();
const MOST_CLIMBS = 1024;

function climbTransform(climb: Route, grid: Grid): ComplexVector {
  const steps = climb.map(({ price, tierUp }) => `${price}/${tierUp?.probability ?? 0}/${tierUp?.most ?? 0}`);
  const key = `${grid.name}|${steps.join('|')}`;
  const known = climbs.get(key) ?? kept(stagesTransform(climb, grid).run);
  climbs.set(key, known);
  const [oldest] = climbs.keys();
  if (climbs.size > MOST_CLIMBS && oldest !== undefined) climbs.delete(oldest);
  return known;
}

/** success + (1 − success)·run */
function orDone(success: number, run: ComplexVector): ComplexVector {
  const count = run.re.length;
  const { re, im } = vectorOf(count);
  for (let k = 0; k < count; k++) {
    re[k] = success + (1 - success) * at(run.re, k);
    im[k] = (1 - success) * at(run.im, k);
  }
  return { re, im };
}

/**
 * From the first roll at a stage of at most M tries, with w = z^price and r = (1 − t)(1 − p)w:
 *
 *     w·((t·next + (1 − t)·p)·(1 − r^(M−1))/(1 − r) + r^(M−1)·next)
 */
function stageRun({ price, tierUp, success }: RouteStage, next: ComplexVector, grid: Grid): ComplexVector {
  const t = tierUp?.probability ?? 0;
  const most = tierUp?.most ?? Infinity;
  const again = (1 - t) * (1 - success);
  const pay = grid.pay(price);
  const tail = again ** (most - 1);
  // A power of the one payment, so that the cut sum is cut exactly; without a guarantee it weighs nothing.
  const last = tail === 0 ? pay : power(pay, most - 1);
  const { re, im } = vectorOf(grid.count);
  for (let k = 0; k < grid.count; k++) {
    const nx = at(next.re, k);
    const ny = at(next.im, k);
    const lx = tail * at(last.re, k);
    const ly = tail * at(last.im, k);
    const ax = t * nx + (1 - t) * success;
    const ay = t * ny;
    const bx = ax * (1 - lx) + ay * ly;
    const by = ay * (1 - lx) - ax * ly;
    const dx = 1 - again * at(pay.re, k);
    const dy = -again * at(pay.im, k);
    const norm = dx * dx + dy * dy;
    re[k] = (bx * dx + by * dy) / norm + lx * nx - ly * ny;
    im[k] = (by * dx - bx * dy) / norm + lx * ny + ly * nx;
  }
  const run = { re, im };
  multiplyInto(run, pay);
  return run;
}

/** p/(1 − W(w)): the counted rolls that follow a roll, see `SameResult`. */
function countedRest(success: number, series: Float64Array, pay: ComplexVector): ComplexVector {
  const { re, im } = vectorOf(pay.re.length);
  for (let k = 0; k < re.length; k++) {
    const wx = at(pay.re, k);
    const wy = at(pay.im, k);
    let x = 0;
    let y = 0;
    // Horner: W = w(c1 + w(c2 + …)).
    for (let j = series.length - 1; j >= 0; j--) {
      const sum = x + at(series, j);
      x = sum * wx - y * wy;
      y = sum * wy + y * wx;
    }
    const norm = (1 - x) * (1 - x) + y * y;
    re[k] = (success * (1 - x)) / norm;
    im[k] = (success * y) / norm;
  }
  return { re, im };
}

/** p/(1 − (1 − p)w): rolls of one price until the first success, after a first one. */
function repeated({ re: wx, im: wy }: ComplexVector, success: number): ComplexVector {
  const { re, im } = vectorOf(wx.length);
  for (let k = 0; k < wx.length; k++) {
    const x = 1 - (1 - success) * at(wx, k);
    const y = (1 - success) * at(wy, k);
    const scale = success / (x * x + y * y);
    re[k] = x * scale;
    im[k] = y * scale;
  }
  return { re, im };
}
