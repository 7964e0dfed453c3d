/** Probabilities of a sum of geometric costs of whole units, by plain convolution: the yardstick. */
export function convolved(parts: readonly { p: number; cost: number }[], size: number): Float64Array {
  let masses = new Float64Array(size);
  masses[0] = 1;
  for (const { p, cost } of parts) {
    const next = new Float64Array(size);
    for (let x = cost; x < size; x++) next[x] = p * masses[x - cost]! + (1 - p) * next[x - cost]!;
    masses = next;
  }
  return masses;
}

/** The smallest whole number of units with F ≥ q. */
export function quantileOf(masses: Float64Array, q: number): number {
  let sumSoFar = 0;
  return masses.findIndex((mass) => (sumSoFar += mass) >= q - 1e-12);
}
