import type { Grid } from '../distribution/grid.ts';
import { at, type ComplexVector, filled, multiplyInto, power, vectorOf } from '../distribution/vector.ts';
import type { Route, RouteStage } from './route.ts';

/**
 * E[z^(cost/step)] of a route on grids: the climb (shared by every item of the same prices), times what follows its last
 * roll. O(stages × frequencies).
 */
export function routeTransform(route: Route): (grid: Grid) => ComplexVector {
  const first = route.findIndex(({ success }) => success > 0);
  const climb = first < 0 ? route : route.slice(0, first);
  const rest = route.slice(climb.length);
  if (climb.length === 0) return (grid) => runOf(route, grid);
  const key = climb.map(({ price, tierUp }) => `${price}/${tierUp?.probability ?? 0}/${tierUp?.most ?? 0}`).join('|');
  return (grid) => {
    const product = afterRoll(rest, grid);
    multiplyInto(
      product,
      grid.shared(key, () => runOf(climb, grid)),
    );
    return product;
  };
}

/** What a first roll at the first of the stages costs and brings. */
function runOf([stage, ...above]: Route, grid: Grid): ComplexVector {
  const next = afterRoll(above, grid);
  if (stage === undefined) return next;
  if (stage.tierUp !== undefined && stage.sameResult === undefined) return stageRun(stage, next, grid);
  const run = afterRoll([stage], grid);
  multiplyInto(run, payFor(stage.price, grid));
  return run;
}

/** What is left to pay after a roll that shows a result of the first of the stages; a vector to write to. */
function afterRoll(stages: Route, grid: Grid): ComplexVector {
  return stages.reduceRight(
    (next, stage) => {
      if (stage.sameResult) return countedRest(stage.success, stage.sameResult.series, payFor(stage.price, grid));
      if (stage.tierUp === undefined) return repeated(payFor(stage.price, grid), stage.success);
      return orDone(stage.success, stageRun(stage, next, grid));
    },
    filled(grid.count, 1),
  );
}

/** Prices are few: every law with such a roll pays the same. */
function payFor(price: number, grid: Grid): ComplexVector {
  return grid.shared(price, () => grid.pay(price));
}

/** A power of the one payment, so that a sum that is cut there is cut exactly. */
function payRepeatedly(price: number, times: number, grid: Grid): ComplexVector {
  return grid.shared(`${price}^${times}`, () => power(payFor(price, grid), times));
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
  const pay = payFor(price, grid);
  const tail = again ** (most - 1);
  // Without a guarantee it weighs nothing.
  const last = tail === 0 ? pay : payRepeatedly(price, most - 1, grid);
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
