import { type Atoms, MOST_ATOMS, NO_MASS, WEIGHTLESS } from './atoms.ts';
import type { Grid } from './grid.ts';
import { at, type ComplexVector, vectorOf } from './vector.ts';

/**
 * The probability law of a cost in mesos, ≥ 0. Mean and variance are exact; everything else follows from the transform,
 * which multiplies when independent costs add up.
 */
export interface CostLaw {
  /** Mesos. */
  readonly mean: number;
  /** Mesos². */
  readonly variance: number;
  /** E[z_k^(cost/step)] on the grid. Read, do not write; see `borrowing`. */
  readonly transform: (grid: Grid) => ComplexVector;
  /** Whether the transform is smaller than `limit` everywhere on the grid, where that is told with less work. */
  readonly staysBelow?: (limit: number, grid: Grid) => boolean;
  /** The cheap end exactly, where it is known. */
  readonly atoms?: () => Atoms;
  /** The smallest x with F(x) ≥ q, 0 < q < 1, exactly; `undefined` where it is not known so. */
  readonly quantile?: (q: number) => number | undefined;
  /** F(x) exactly; `undefined` where it is not known so. */
  readonly chance?: (x: number) => number | undefined;
  /** All costs below 2^rung mesos step by step; `undefined` where they are not known so. */
  readonly joined?: (rung: number) => Joined | undefined;
  /** Where all costs are whole multiples of one price. */
  readonly steps?: Steps;
}

/** Costs, those in one cell of a window joined: by cell the probability of all of them, and their mean in mesos. */
export interface Joined {
  readonly masses: Float64Array;
  readonly costs: Float64Array;
}

export interface Steps {
  /** Mesos, > 0. */
  readonly price: number;
  /** Turns the probabilities of 0, 1, … prices into those of a sum with this law, in place. O(cells). */
  readonly addTo: (masses: Float64Array) => void;
}

/** A cost that is certain: `cost` mesos, finite and ≥ 0, else RangeError. */
export function constant(cost: number): CostLaw {
  if (!Number.isFinite(cost) || cost < 0) throw new RangeError(`a cost must be finite and not negative: ${cost}`);
  return {
    mean: cost,
    variance: 0,
    transform: (grid) => grid.pay(cost),
    atoms: () => ({ list: [{ cost, probability: 1 }], completeBelow: Infinity }),
    quantile: () => cost,
    chance: (x) => (x >= cost ? 1 : 0),
  };
}

/**
 * `costPerTrial` mesos for every independent trial up to the first success, each succeeding with `probability`.
 * Mean c/p, variance c²(1 − p)/p²; the quantile is c·⌈ln(1 − q)/ln(1 − p)⌉.
 * RangeError unless 0 < probability ≤ 1 and the cost is finite and ≥ 0.
 */
export function geometric(probability: number, costPerTrial: number): CostLaw {
  if (!(probability > 0 && probability <= 1)) throw new RangeError(`not a probability of success: ${probability}`);
  if (probability === 1 || costPerTrial === 0) return constant(costPerTrial);
  if (!Number.isFinite(costPerTrial) || costPerTrial < 0) throw new RangeError(`not a cost: ${costPerTrial}`);
  return {
    mean: costPerTrial / probability,
    variance: (costPerTrial * costPerTrial * (1 - probability)) / (probability * probability),
    transform: (grid) => repeated(grid.pay(costPerTrial), probability),
    atoms: () => geometricAtoms(probability, costPerTrial),
    quantile: (q) => costPerTrial * trialsFor(probability, q),
    chance: (x) => (x < 0 ? 0 : -Math.expm1(Math.floor(x / costPerTrial) * Math.log1p(-probability))),
    steps: { price: costPerTrial, addTo: (masses) => addTrials(masses, probability) },
  };
}

/** Smallest number of trials that succeeds with chance ≥ q when one does with `probability`; 0 < q < 1. */
export function trialsFor(probability: number, q: number): number {
  const exact = Math.log1p(-q) / Math.log1p(-probability);
  // A ratio that is a whole number may come out a rounding above it.
  return Math.max(1, Math.ceil(exact - 1e-12 * Math.max(1, exact)));
}

/** y_n = p·x_(n−1) + (1 − p)·y_(n−1): the convolution with a geometric law. */
function addTrials(masses: Float64Array, probability: number): void {
  const again = 1 - probability;
  let before = 0;
  let mass = 0;
  for (let n = 0; n < masses.length; n++) {
    mass = probability * before + again * mass;
    if (mass < NO_MASS) mass = 0;
    before = at(masses, n);
    masses[n] = mass;
  }
}

/** pz/(1 − (1 − p)z), element by element. */
function repeated(pay: ComplexVector, probability: number): ComplexVector {
  const { re, im } = vectorOf(pay.re.length);
  for (let k = 0; k < re.length; k++) {
    const x = at(pay.re, k);
    const y = at(pay.im, k);
    const c = 1 - (1 - probability) * x;
    const d = -(1 - probability) * y;
    const scale = probability / (c * c + d * d);
    re[k] = (x * c + y * d) * scale;
    im[k] = (y * c - x * d) * scale;
  }
  return { re, im };
}

function geometricAtoms(probability: number, costPerTrial: number): Atoms {
  const weighty = Math.ceil(Math.log(WEIGHTLESS) / Math.log1p(-probability));
  const list = Array.from({ length: Math.min(MOST_ATOMS, weighty) }, (_, index) => ({
    cost: costPerTrial * (index + 1),
    probability: probability * (1 - probability) ** index,
  }));
  return { list, completeBelow: weighty > MOST_ATOMS ? costPerTrial * (MOST_ATOMS + 1) : Infinity };
}
