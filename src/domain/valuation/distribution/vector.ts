/** Real and imaginary parts side by side; treat a vector that you did not make yourself as read-only. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The element at an index that the caller knows to be inside (the compiler cannot know it). */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

/** Vectors by length that nobody uses, and those lent out: a transform needs dozens, and new ones are slow to clear away. */
const free = new Map<number, ComplexVector[]>();
const lent: ComplexVector[] = [];

/**
 * What `run` returns. All vectors made inside are used again afterwards: none may be kept, unless copied by `kept`.
 */
export function borrowing<T>(run: () => T): T {
  const before = lent.length;
  const result = run();
  for (const vector of lent.splice(before)) {
    const others = free.get(vector.re.length);
    if (others) others.push(vector);
    else free.set(vector.re.length, [vector]);
  }
  return result;
}

/** A vector to write to, with anything in it; see `borrowing`. */
export function vectorOf(length: number): ComplexVector {
  const vector = free.get(length)?.pop() ?? { re: new Float64Array(length), im: new Float64Array(length) };
  lent.push(vector);
  return vector;
}

/** A vector to write to, filled with one real number. */
export function filled(length: number, value: number): ComplexVector {
  const vector = vectorOf(length);
  vector.re.fill(value);
  vector.im.fill(0);
  return vector;
}

/** A copy that outlives `borrowing`. */
export function kept({ re, im }: ComplexVector): ComplexVector {
  return { re: re.slice(), im: im.slice() };
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

/** A new vector: `base` to a whole power from 1 to 2³¹, by repeated squaring. */
export function power(base: ComplexVector, exponent: number): ComplexVector {
  const { re, im } = vectorOf(base.re.length);
  for (let k = 0; k < re.length; k++) {
    let [x, y, a, b] = [1, 0, at(base.re, k), at(base.im, k)];
    for (let rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) === 1) [x, y] = [x * a - y * b, x * b + y * a];
      [a, b] = [a * a - b * b, 2 * a * b];
    }
    re[k] = x;
    im[k] = y;
  }
  return { re, im };
}

/** Whether all elements are smaller than `limit`. */
export function isBelow({ re, im }: ComplexVector, limit: number): boolean {
  for (let n = 0; n < re.length; n++) if (Math.abs(at(re, n)) + Math.abs(at(im, n)) >= limit) return false;
  return true;
}
