import { ALL, type Frequencies, gridAt, powers } from './grid.ts';
import type { CostLaw } from './law.ts';
import { at, borrowing, type ComplexVector, filled, multiplyInto, power } from './vector.ts';

/** Cells a law is moved up by, so that what splitting a payment puts below zero stays inside the window. */
export const MARGIN = 16;

/** Times a law is averaged over neighbouring cells; removes the alternating ripple that small payments leave. */
const SMOOTHING = 4;

/** z^(MARGIN − SMOOTHING/2) · ((1 + z)/2)^SMOOTHING. */
const SHAPE = shape();

/** The lowest frequencies, some of those above them, and all of those. */
const LOW: Frequencies = { first: 0, stride: 1, count: 128 };
const SOME: Frequencies = { first: LOW.count, stride: 8, count: (ALL.count - 1 - LOW.count) / 8 + 1 };
const REST: Frequencies = { first: LOW.count, stride: 1, count: ALL.count - LOW.count };

/** Undoing the damping makes it 1e8 times larger, and still it cannot be seen in F. */
const NOTHING = 1e-14;

/**
 * The spectrum of the law's damped masses on the window `rung`, moved up by MARGIN cells; borrowed.
 *
 * What many costs add up to is smooth: its transform has faded long before the highest frequency, and nothing need not be
 * worked out for every single cost. Only where all costs are multiples of one price it comes back, at the frequency of
 * that price and as broad as it went: some frequencies tell whether it does. (Costs are positive and windows wide enough
 * for what is looked for in them: half a stride from its peak a transform is always more than 1e-6 of it.)
 */
export function spectrumOf(law: CostLaw, rung: number): ComplexVector {
  const spectrum = filled(ALL.count, 0);
  borrowing(() => {
    const low = law.transform(gridAt(rung, LOW));
    put(spectrum, low, 0);
    const faded = isNothing(low, LOW.count * 0.75) && isNothing(law.transform(gridAt(rung, SOME)), 0);
    if (!faded) put(spectrum, law.transform(gridAt(rung, REST)), REST.first);
  });
  return spectrum;
}

function isNothing({ re, im }: ComplexVector, from: number): boolean {
  for (let n = from; n < re.length; n++) if (Math.abs(at(re, n)) + Math.abs(at(im, n)) > NOTHING) return false;
  return true;
}

/** Moments turn with +i, a forward transform with −i: the conjugate is the spectrum. */
function put(spectrum: ComplexVector, { re, im }: ComplexVector, first: number): void {
  for (let n = 0, k = first; n < re.length; n++, k++) {
    const x = at(re, n);
    const y = at(im, n);
    const c = at(SHAPE.re, k);
    const s = at(SHAPE.im, k);
    spectrum.re[k] = x * c - y * s;
    spectrum.im[k] = -(x * s + y * c);
  }
}

function shape(): ComplexVector {
  const z = powers(1, ALL);
  // Half stays, half moves up by one cell.
  const result = power({ re: z.re.map((x) => (1 + x) / 2), im: z.im.map((y) => y / 2) }, SMOOTHING);
  multiplyInto(result, powers(MARGIN - SMOOTHING / 2, ALL));
  return result;
}
