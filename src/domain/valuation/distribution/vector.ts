/** Real and imaginary parts side by side; treat a vector that you did not make yourself as read-only. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The element at an index that the caller knows to be inside (the compiler cannot know it). */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

/** A new vector of `length` ones. */
export function ones(length: number): ComplexVector {
  return { re: new Float64Array(length).fill(1), im: new Float64Array(length) };
}

/** `target` ×= `factor`, element by element. */
export function multiplyInto(target: ComplexVector, factor: ComplexVector): void {
  const { re, im } = target;
  for (let k = 0; k < re.length; k++) {
    const a = at(re, k);
    const b = at(im, k);
    const c = at(factor.re, k);
    const d = at(factor.im, k);
    re[k] = a * c - b * d;
    im[k] = a * d + b * c;
  }
}

/** A new vector: `base` to a power ≥ 1, by repeated squaring. */
export function power(base: ComplexVector, exponent: number): ComplexVector {
  const result = ones(base.re.length);
  const square = { re: base.re.slice(), im: base.im.slice() };
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) multiplyInto(result, square);
    if (rest > 1) multiplyInto(square, square);
  }
  return result;
}
