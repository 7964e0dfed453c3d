import { rungAbove } from './grid.ts';
import type { CostLaw } from './law.ts';
import { DAMPED, lineAt } from './line.ts';
import { steppedWindow } from './stepped.ts';
import { at, borrowing, type ComplexVector, isBelow } from './vector.ts';
import type { Window } from './window.ts';

/** Terms of the series: as few as do. A law that needs more is not smooth. */
const TERMS = [96, 320, 1024];

/** Beside its first value a transform is smaller than this in the second half of the terms, and above them never larger. */
const FADED = 0.03;

/** What comes back smaller than this cannot be seen in a quantile. */
const FAINT = 1e-5;

/** Up to this frequency it is looked whether a transform comes back. */
const HIGHEST = 2 ** 12;

/** The series and its first half tell the same quantile up to this part of it. */
const AGREEMENT = 1e-4;

/** For the slope of F at x it is read at this part of x above, too. */
const NEARBY = 1e-3;

/** Quantiles are read between these parts of a window: below, small steps may show; above, what lies beyond comes back. */
const LEAST_FILL = 1 / 8;
const MOST_FILL = 0.8;

/** A quantile is found when F there is this close to it; rounding makes F less exact than that by less than a tenth. */
const EXACT = 1e-8;
const MOST_STEPS = 60;

/**
 * The law on the window `rung`: where it is smooth, by the inversion integral of the Laplace transform of F by the
 * trapezoidal rule on the damped line (J. Abate and W. Whitt 1992, "The Fourier-series method"), a few dozen terms for
 * every x; else step by step or by cells. O(terms).
 */
export function windowOn(law: CostLaw, rung: number): Window {
  return smoothWindow(law, rung, { re: new Float64Array(), im: new Float64Array() }) ?? steppedWindow(law, rung);
}

/** By the next number of terms that do, of which the first are known; `undefined` where the law is not smooth. */
function smoothWindow(law: CostLaw, rung: number, known: ComplexVector): Window | undefined {
  const count = TERMS.find((terms) => terms > known.re.length);
  if (count === undefined) return undefined;
  const spectrum = extended(law, rung, { known, count });
  if (!hasFaded(law, rung, spectrum)) return smoothWindow(law, rung, spectrum);
  const terms = integrated(spectrum);
  const fine = filtered(terms, count);
  const coarse = filtered(terms, count / 2);
  const width = 2 ** rung;
  const chance = (x: number): number => seriesAt(fine, x / width);
  const end = MOST_FILL * width;
  /** Whether both agree at x and a quarter of the shortest wave on both sides: at x alone they might by accident. */
  const agree = (x: number): boolean => {
    const most = (AGREEMENT / NEARBY) * (chance(x * (1 + NEARBY)) - chance(x));
    const parts = [-1, 0, 1].map((quarters) => x / width + (quarters * 1.25) / count);
    return parts.every((part) => Math.abs(seriesAt(coarse, part) - seriesAt(fine, part)) <= most);
  };
  return {
    rung,
    quantile: (q) => (chance(end) < q ? undefined : crossing(chance, q, end)),
    finerAt: (x) => (agree(x) ? undefined : (smoothWindow(law, rung, spectrum) ?? steppedWindow(law, rung))),
    rungFor: (x) => (x >= LEAST_FILL * width ? rung : rungAbove(Math.max(x / MOST_FILL, width / 64))),
    on: (other) => windowOn(law, other),
  };
}

/** The transform at the first `count` frequencies; not borrowed. */
function extended(law: CostLaw, rung: number, of: { known: ComplexVector; count: number }): ComplexVector {
  const { known, count } = of;
  const first = known.re.length;
  const result = { re: new Float64Array(count), im: new Float64Array(count) };
  result.re.set(known.re);
  result.im.set(known.im);
  borrowing(() => {
    const more = law.transform(lineAt(rung, { first, stride: 1, count: count - first }));
    result.re.set(more.re, first);
    result.im.set(more.im, first);
  });
  return result;
}

/**
 * Whether the transform has become small, and stays so. Where all costs are multiples of one price it comes back at the
 * frequency of that price, and as broad as it went: a few frequencies tell.
 */
function hasFaded(law: CostLaw, rung: number, { re, im }: ComplexVector): boolean {
  const size = (k: number): number => (Math.abs(at(re, k)) + Math.abs(at(im, k))) / at(re, 0);
  const first = re.length;
  let largest = 0;
  for (let k = first / 2; k < first; k++) largest = Math.max(largest, size(k));
  if (largest > FADED) return false;
  let breadth = first;
  while (breadth > 16 && size(breadth - 1) < FAINT) breadth -= 1;
  const stride = 2 ** Math.floor(Math.log2(breadth));
  const above = lineAt(rung, { first, stride, count: Math.ceil((HIGHEST - first) / stride) });
  const limit = Math.max(FAINT, largest) * at(re, 0);
  return borrowing(() => law.staysBelow?.(limit, above) ?? isBelow(law.transform(above), limit));
}

/** The terms of F: each of the transform divided by its s·width; the first counts once, the others twice. */
function integrated({ re, im }: ComplexVector): ComplexVector {
  const damping = -Math.log(DAMPED);
  const terms = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let k = 0; k < re.length; k++) {
    const turn = -2 * Math.PI * k;
    const scale = (k === 0 ? 1 : 2) / (damping * damping + turn * turn);
    terms.re[k] = (at(re, k) * damping + at(im, k) * turn) * scale;
    terms.im[k] = (at(im, k) * damping - at(re, k) * turn) * scale;
  }
  return terms;
}

/** See `filtered`, by number of terms. */
const filters = new Map<number, Float64Array>();

/** The first `count` terms, fading out (an exponential filter of order 8), so that what is left out makes no waves. */
function filtered({ re, im }: ComplexVector, count: number): ComplexVector {
  const filter = filters.get(count) ?? Float64Array.from({ length: count }, (_, k) => Math.exp(-30 * (k / count) ** 8));
  filters.set(count, filter);
  return { re: filter.map((weight, k) => weight * at(re, k)), im: filter.map((weight, k) => weight * at(im, k)) };
}

/** F at a part of the window: e^(damping·part) · Re Σ term_k·e^(−2πik·part), by Horner. */
function seriesAt({ re, im }: ComplexVector, part: number): number {
  const c = Math.cos(2 * Math.PI * part);
  const s = -Math.sin(2 * Math.PI * part);
  let x = 0;
  let y = 0;
  for (let k = re.length - 1; k >= 0; k--) {
    const next = x * c - y * s + at(re, k);
    y = x * s + y * c + at(im, k);
    x = next;
  }
  return x * DAMPED ** -part;
}

/** Where F, rising from F(0) = 0 to F(end) ≥ q, is q: by false position with the Illinois rule, some seven steps. */
function crossing(chance: (x: number) => number, q: number, end: number): number {
  let [low, below] = [0, -q];
  let [high, above] = [end, chance(end) - q];
  let x = end;
  let last = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    x = (low * above - high * below) / (above - below);
    const miss = chance(x) - q;
    if (Math.abs(miss) <= EXACT) return x;
    // An end that stays where it is weighs half as much the next time.
    if (miss < 0) [low, below, above] = [x, miss, last < 0 ? above / 2 : above];
    else [high, above, below] = [x, miss, last > 0 ? below / 2 : below];
    last = miss;
  }
  return x;
}
