import { realFromSpectrum } from './fft.ts';
import { type Grid, GRID_SIZE, gridAt, LOG_RADIUS } from './grid.ts';
import type { CostLaw } from './law.ts';
import { neumaierRunningSums } from './neumaier.ts';
import { at, type ComplexVector, multiplyInto, power } from './vector.ts';

/** Cells the law is moved up by, so that what splitting a payment puts below zero stays inside the window. */
const MARGIN = 16;

/** Cells at the upper end that are not read: what little lies below zero comes back there, undamped. */
const UNREAD = 64;

/** Times the law is averaged over neighbouring cells; removes the alternating ripple that small payments leave. */
const SMOOTHING = 4;

/** r^(−n): what undoes the damping. */
const GROWTH = Float64Array.from({ length: GRID_SIZE }, (_, n) => Math.exp(-n * LOG_RADIUS));

/** F on one window, [0, width) mesos. */
export interface Window {
  readonly rung: number;
  readonly width: number;
  /** Smallest x with F(x) ≥ q, to a fraction of a cell; `undefined` when it lies beyond the window. */
  quantile(q: number): number | undefined;
  /** F(x) for 0 ≤ x < 0.98·width. */
  chance(x: number): number;
}

/**
 * The law's distribution function on the window `rung`: one transform on the damped circle and one inverse FFT.
 * Mass beyond the window folds back 1e-8 times weaker. O(transform + GRID_SIZE log GRID_SIZE).
 */
export function invert(law: CostLaw, rung: number): Window {
  const grid = gridAt(rung);
  const spectrum = grid.pay((MARGIN - SMOOTHING / 2) * grid.step);
  multiplyInto(spectrum, power(halfStep(grid), SMOOTHING));
  multiplyInto(spectrum, law.transform(grid));
  // Moments turn with +i, a forward transform with −i: the conjugate is the spectrum of the damped masses.
  for (let k = 0; k < grid.count; k++) spectrum.im[k] = -at(spectrum.im, k);
  const masses = realFromSpectrum(spectrum, GRID_SIZE).subarray(0, GRID_SIZE - UNREAD);
  for (let n = 0; n < masses.length; n++) masses[n] = at(masses, n) * at(GROWTH, n);
  const sums = neumaierRunningSums(masses);
  return {
    rung,
    width: grid.width,
    quantile: (q) => crossing(sums, q, grid.step),
    chance: (x) => Math.min(1, Math.max(0, interpolated(sums, x / grid.step + MARGIN - 0.5))),
  };
}

/** (1 + z)/2: half stays, half moves up by one cell. */
function halfStep(grid: Grid): ComplexVector {
  const { re, im } = grid.pay(grid.step);
  return { re: re.map((x) => (1 + x) / 2), im: im.map((y) => y / 2) };
}

/** Where the running sums, each standing for the upper edge of its cell, first reach q; in mesos. */
function crossing(sums: Float64Array, q: number, step: number): number | undefined {
  const n = sums.findIndex((sum) => sum >= q);
  if (n < 0) return undefined;
  const below = n === 0 ? 0 : at(sums, n - 1);
  const part = (q - below) / (at(sums, n) - below);
  return Math.max(0, (n - MARGIN - 0.5 + part) * step);
}

function interpolated(sums: Float64Array, position: number): number {
  const n = Math.min(Math.floor(position), sums.length - 2);
  const part = Math.min(1, position - n);
  return at(sums, n) * (1 - part) + at(sums, n + 1) * part;
}
