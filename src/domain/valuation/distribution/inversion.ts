import { realFromSpectrum } from './fft.ts';
import { GRID_SIZE, gridAt, LOG_RADIUS, rungAbove } from './grid.ts';
import type { CostLaw } from './law.ts';
import { neumaierRunningSums } from './neumaier.ts';
import { MARGIN, spectrumOf } from './spectrum.ts';
import { at, borrowing } from './vector.ts';
import type { Window } from './window.ts';

/** Cells at the upper end that are not read: what little lies below zero comes back there, undamped. */
const UNREAD = 64;

/** r^(−n): what undoes the damping. */
const GROWTH = Float64Array.from({ length: GRID_SIZE }, (_, n) => Math.exp(-n * LOG_RADIUS));

/** Quantiles are taken from a window only when they fill at least this part of it, which keeps the cells small beside them. */
const LEAST_FILL = 0.475;
/** A window for a known quantile is this much wider than that. */
const LITTLE_ROOM = 1.05;

/** Quantiles and F from cells. */
export interface CellWindow extends Window {
  /** F(x) for 0 ≤ x < 0.98·width. */
  chance(x: number): number;
}

/**
 * The law's distribution function on the window `rung`: one transform on the damped circle and one inverse FFT.
 * Mass beyond the window folds back 1e-8 times weaker. O(transform + GRID_SIZE log GRID_SIZE).
 */
export function invert(law: CostLaw, rung: number): CellWindow {
  const sums = borrowing(() => {
    const masses = realFromSpectrum(spectrumOf(law, rung), GRID_SIZE).subarray(0, GRID_SIZE - UNREAD);
    for (let n = 0; n < masses.length; n++) masses[n] = at(masses, n) * at(GROWTH, n);
    return neumaierRunningSums(masses);
  });
  const { step } = gridAt(rung);
  return {
    rung,
    quantile: (q) => crossing(sums, q, step),
    finerAt: () => undefined,
    rungFor: (x) => rungFor(rung, x),
    on: (other) => invert(law, other),
    chance: (x) => Math.min(1, Math.max(0, interpolated(sums, x / step + MARGIN - 0.5))),
  };
}

/** The window from which a quantile at x is best read when it was found on `rung`. */
export function rungFor(rung: number, x: number): number {
  const width = 2 ** rung;
  return x >= LEAST_FILL * width ? rung : rungAbove(Math.max(LITTLE_ROOM * x, width / 64));
}

/** Where the running sums, each standing for the upper edge of its cell, first reach q; in mesos. */
function crossing(sums: Float64Array, q: number, step: number): number | undefined {
  let n = 0;
  while (n < sums.length && at(sums, n) < q) n++;
  if (n === sums.length) return undefined;
  const below = n === 0 ? 0 : at(sums, n - 1);
  const part = (q - below) / (at(sums, n) - below);
  return Math.max(0, (n - MARGIN - 0.5 + part) * step);
}

function interpolated(sums: Float64Array, position: number): number {
  const n = Math.min(Math.floor(position), sums.length - 2);
  const part = Math.min(1, position - n);
  return at(sums, n) * (1 - part) + at(sums, n + 1) * part;
}
