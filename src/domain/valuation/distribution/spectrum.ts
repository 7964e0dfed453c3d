import { FREQUENCIES, gridAt, powers } from './grid.ts';
import type { CostLaw } from './law.ts';
import { at, borrowing, type ComplexVector, multiplyInto, power, vectorOf } from './vector.ts';

/** Cells a law is moved up by, so that what splitting a payment puts below zero stays inside the window. */
export const MARGIN = 16;

/** Times a law is averaged over neighbouring cells; removes the alternating ripple that small payments leave. */
const SMOOTHING = 4;

/** z^(MARGIN − SMOOTHING/2) · ((1 + z)/2)^SMOOTHING. */
const SHAPE = shape();

/** The spectrum of the law's damped masses on the window `rung`, moved up by MARGIN cells; borrowed. */
export function spectrumOf(law: CostLaw, rung: number): ComplexVector {
  const spectrum = vectorOf(FREQUENCIES);
  borrowing(() => {
    put(spectrum, law.transform(gridAt(rung)));
  });
  return spectrum;
}

/** Moments turn with +i, a forward transform with −i: the conjugate is the spectrum. */
function put(spectrum: ComplexVector, { re, im }: ComplexVector): void {
  for (let k = 0; k < re.length; k++) {
    const x = at(re, k);
    const y = at(im, k);
    const c = at(SHAPE.re, k);
    const s = at(SHAPE.im, k);
    spectrum.re[k] = x * c - y * s;
    spectrum.im[k] = -(x * s + y * c);
  }
}

function shape(): ComplexVector {
  const z = powers(1);
  // Half stays, half moves up by one cell.
  const result = power({ re: z.re.map((x) => (1 + x) / 2), im: z.im.map((y) => y / 2) }, SMOOTHING);
  multiplyInto(result, powers(MARGIN - SMOOTHING / 2));
  return result;
}
