import { at, type ComplexVector, vectorOf } from './vector.ts';

interface Plan {
  /** cos and sin of 2πk/size for k < size/2 */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly reversed: Uint32Array;
}

const plans = new Map<number, Plan>();

/**
 * The real sequence of `size` values whose transform is given at the frequencies 0 … size/2:
 * x[n] = 1/size · Σ_k X[k] e^(+2πikn/size), where X[size − k] = conj X[k].
 *
 * One complex transform of half the size (even samples in the real part, odd ones in the imaginary part).
 * `size` is a power of two ≥ 4. The result is borrowed. O(size log size).
 */
export function realFromSpectrum(spectrum: ComplexVector, size: number): Float64Array {
  const half = size / 2;
  const packed = evenPlusOdd(spectrum, size);
  radix2(packed, half);
  const { re: values } = vectorOf(size);
  for (let m = 0; m < half; m++) {
    values[2 * m] = at(packed.re, m) / half;
    values[2 * m + 1] = at(packed.im, m) / half;
  }
  return values;
}

/** E[k] + i·O[k], the transforms of the even and of the odd samples, recovered from the spectrum of all of them. */
function evenPlusOdd({ re, im }: ComplexVector, size: number): ComplexVector {
  const half = size / 2;
  const { cos, sin } = planFor(size);
  const packed = vectorOf(half);
  for (let k = 0; k < half; k++) {
    const a = at(re, k);
    const b = at(im, k);
    const c = at(re, half - k);
    const d = -at(im, half - k);
    const oddRe = ((a - c) * at(cos, k) - (b - d) * at(sin, k)) / 2;
    const oddIm = ((a - c) * at(sin, k) + (b - d) * at(cos, k)) / 2;
    packed.re[k] = (a + c) / 2 - oddIm;
    packed.im[k] = (b + d) / 2 + oddRe;
  }
  return packed;
}

/** In place: x[n] = Σ_k X[k] e^(+2πikn/size). */
function radix2({ re, im }: ComplexVector, size: number): void {
  const plan = planFor(size);
  for (let i = 0; i < size; i++) {
    const j = at(plan.reversed, i);
    if (j <= i) continue;
    const x = at(re, i);
    const y = at(im, i);
    re[i] = at(re, j);
    im[i] = at(im, j);
    re[j] = x;
    im[j] = y;
  }
  for (let span = 1; span < size; span *= 2) butterflies(re, im, span, plan);
}

function butterflies(re: Float64Array, im: Float64Array, span: number, { cos, sin }: Plan): void {
  const stride = re.length / (2 * span);
  for (let offset = 0; offset < span; offset++) {
    const c = at(cos, offset * stride);
    const s = at(sin, offset * stride);
    for (let low = offset; low < re.length; low += 2 * span) {
      const high = low + span;
      const x = at(re, high) * c - at(im, high) * s;
      const y = at(re, high) * s + at(im, high) * c;
      re[high] = at(re, low) - x;
      im[high] = at(im, low) - y;
      re[low] = at(re, low) + x;
      im[low] = at(im, low) + y;
    }
  }
}

function planFor(size: number): Plan {
  const known = plans.get(size);
  if (known) return known;
  const angles = Float64Array.from({ length: size / 2 }, (_, k) => (2 * Math.PI * k) / size);
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (at(reversed, i >> 1) >> 1) | ((i & 1) * (size / 2));
  const plan = { cos: angles.map(Math.cos), sin: angles.map(Math.sin), reversed };
  plans.set(size, plan);
  return plan;
}
