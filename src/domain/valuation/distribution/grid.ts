import { at, type ComplexVector, kept, vectorOf } from './vector.ts';

/** Cells of every grid: a power of two, so that the transform is fast. */
export const GRID_SIZE = 4096;

/** ln r of the damped circle |z| = r, with r^GRID_SIZE = 1e-8: what lies beyond the window folds back 1e-8 times weaker. */
export const LOG_RADIUS = Math.log(1e-8) / GRID_SIZE;

/** cos and sin of 2πk/GRID_SIZE. */
const ANGLES = Float64Array.from({ length: GRID_SIZE }, (_, k) => (2 * Math.PI * k) / GRID_SIZE);
const COS = ANGLES.map(Math.cos);
const SIN = ANGLES.map(Math.sin);

/** See `powers`. */
const CALM = 1 / 64;

/** Frequencies k = 0 … GRID_SIZE/2: a real law needs no more. */
export const FREQUENCIES = GRID_SIZE / 2 + 1;

/** A window [0, width) of mesos seen through a transform E[f_k(cost)], f_k(a + b) = f_k(a)·f_k(b), at some frequencies. */
export interface Grid {
  /** Equal names are equal grids, so transforms can be kept by it. */
  readonly name: string;
  /** Number of frequencies. */
  readonly count: number;
  /** The factor that a payment of `cost` mesos puts on a transform, for every frequency. O(count). */
  pay(cost: number): ComplexVector;
  /** What `make` makes on this grid, kept for all laws under a key that names everything it depends on. */
  shared(key: string | number, make: () => ComplexVector): ComplexVector;
}

/** A window in GRID_SIZE cells, seen at the points z_k = r·e^(2πik/GRID_SIZE) of the damped circle: f_k = z_k^(cost/step). */
export interface CellGrid extends Grid {
  /** Mesos. */
  readonly width: number;
  /** Mesos per cell. */
  readonly step: number;
}

/** Bytes of vectors that all grids together keep: strangers choose prices, and with them windows. */
const MOST_SHARED_BYTES = 24 * 1024 ** 2;

type Vectors = Map<string | number, ComplexVector>;

/** What was used since all stores last turned over, and what was used in the turn before. */
interface Store {
  recent: Vectors;
  before: Vectors;
}

const grids = new Map<number, CellGrid>();
const stores: Store[] = [];
let recentBytes = 0;

/** The window number `rung` of the ladder, 2^rung mesos wide: few enough that laws meet again on them. */
export function gridAt(rung: number): CellGrid {
  const known = grids.get(rung);
  if (known !== undefined) return known;
  const width = 2 ** rung;
  const step = width / GRID_SIZE;
  const pay = (cost: number): ComplexVector => powers(cost / step);
  const grid = { name: String(rung), width, step, count: FREQUENCIES, pay, shared: sharing() };
  grids.set(rung, grid);
  return grid;
}

/** Keeps vectors of one grid, those used lately: when half of the bytes are taken, what was not used since goes. */
export function sharing(): Grid['shared'] {
  const store: Store = { recent: new Map(), before: new Map() };
  stores.push(store);
  return (key, make) => {
    const known = store.recent.get(key);
    if (known !== undefined) return known;
    const vector = store.before.get(key) ?? kept(make());
    if (recentBytes > MOST_SHARED_BYTES / 2) turnOver();
    store.recent.set(key, vector);
    recentBytes += vector.re.byteLength + vector.im.byteLength;
    return vector;
  };
}

function turnOver(): void {
  for (const store of stores) {
    store.before = store.recent;
    store.recent = new Map();
  }
  recentBytes = 0;
}

/** The smallest rung whose window is at least `width` mesos (> 0) wide, and less than twice as wide. */
export function rungAbove(width: number): number {
  return Math.ceil(Math.log2(width));
}

/**
 * z_k^cells, with the payment split over the three nearest grid points so that its mass and its size are kept exactly
 * and its square up to fδ cells², f being the cells from the nearest point and δ = −ln r (a split over two points adds up
 * to f cells², which thousands of small payments add up to a visible blur). On the damped circle this is the scheme of
 * P. Lax and B. Wendroff (1960): no frequency is amplified, so any number of payments is stable. Payments that are tiny
 * beside a cell get f·CALM cells² more, or their ripple would run out of the window's lower end.
 */
export function powers(cells: number): ComplexVector {
  const { re, im } = vectorOf(FREQUENCIES);
  const nearest = Math.round(cells);
  const f = cells - nearest;
  const square = Math.abs(f) * Math.max(Math.abs(f), CALM) - f * LOG_RADIUS;
  const size = Math.exp(nearest * LOG_RADIUS);
  const middle = size * (1 - square);
  const above = ((size * (square + f)) / 2) * Math.exp(LOG_RADIUS);
  const below = ((size * (square - f)) / 2) * Math.exp(-LOG_RADIUS);
  const turn = nearest % GRID_SIZE;
  for (let k = 0; k < FREQUENCIES; k++) {
    const position = (k * turn) & (GRID_SIZE - 1);
    // middle + above·e^(iθ) + below·e^(−iθ), turned by e^(iθ·nearest)
    const x = middle + (above + below) * at(COS, k);
    const y = (above - below) * at(SIN, k);
    const c = at(COS, position);
    const s = at(SIN, position);
    re[k] = x * c - y * s;
    im[k] = x * s + y * c;
  }
  return { re, im };
}
