import { type Grid, sharing } from './grid.ts';
import { type ComplexVector, vectorOf } from './vector.ts';

/** What a cost of the whole window is damped to on the line; what lies beyond the window folds back that much weaker. */
export const DAMPED = 1e-8;

/** Some of the frequencies k = 0, 1, …: first, first + stride, … */
export interface Frequencies {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

const lines = new Map<string, Grid>();

/**
 * The window number `rung` seen through the Laplace transform E[e^(−s·cost)] itself, without cells, at some of the points
 * s_k·width = −ln DAMPED − 2πik of a vertical line. Every payment is exact.
 */
export function lineAt(rung: number, frequencies: Frequencies): Grid {
  const { first, stride, count } = frequencies;
  const name = `line/${rung}/${first}/${stride}/${count}`;
  const known = lines.get(name);
  if (known !== undefined) return known;
  const pay = (cost: number): ComplexVector => exponentials(cost / 2 ** rung, frequencies);
  const line = { name, count, pay, shared: sharing() };
  lines.set(name, line);
  return line;
}

/** e^(−s_k·cost) for a cost that is `part` of the window, each the one before it turned by the same angle. */
function exponentials(part: number, { first, stride, count }: Frequencies): ComplexVector {
  const { re, im } = vectorOf(count);
  const size = DAMPED ** part;
  const start = angleOf(first * part);
  const turn = angleOf(stride * part);
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  let [x, y] = [size * Math.cos(start), size * Math.sin(start)];
  for (let n = 0; n < count; n++) {
    re[n] = x;
    im[n] = y;
    [x, y] = [x * c - y * s, x * s + y * c];
  }
  return { re, im };
}

/** Of so many whole turns, of which the whole ones do not matter. */
function angleOf(turns: number): number {
  return 2 * Math.PI * (turns - Math.round(turns));
}
