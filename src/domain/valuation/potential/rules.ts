import type { Grade } from '../../character/equipment.ts';
import type { Filler, Line } from '../lines/parse-line.ts';
import type { PoolSlot } from '../slots.ts';

export type PotentialKind = 'main' | 'additional';

/** Ways to reset a potential: for mesos, or with a cube that has a price of the caller's. */
export const potentialMethods = {
  main: ['meso', 'red', 'gold', 'silver', 'bronze'],
  additional: ['meso', 'white', 'bronze'],
} as const satisfies Record<PotentialKind, readonly string[]>;
export type PotentialMethod = (typeof potentialMethods)[PotentialKind][number];

/** Lowest first. */
export const grades = ['rare', 'epic', 'unique', 'legendary'] as const satisfies readonly Grade[];

/** Grade of a single line: rare items also roll lines of a grade below rare. */
export type LineGrade = 'normal' | Grade;

/** Stands in a pool for several options that its source gives as one and that no requirement asks for. */
export const mergedFiller = '*';

export interface PoolOption {
  /** The Korean text as the game displays it, or `mergedFiller`. */
  readonly text: string;
  readonly line: Exclude<Line, { kind: 'unknown' }> | { readonly kind: 'merged' };
  /** Of the pool's denominator. */
  readonly weight: number;
}

export interface Pool {
  readonly name: string;
  readonly denominator: number;
  readonly options: readonly PoolOption[];
}

export interface TierUpStep {
  /** Of one reset. */
  readonly probability: number;
  /** After so many failures the next reset is certain; `undefined`: never. */
  readonly guaranteeAfter: number | undefined;
}

export interface MethodRules {
  readonly price: 'meso' | 'cube';
  /** By item grade: probability that line 2 and line 3 are of the item's grade rather than the next lower one. */
  readonly ownGradeRates: Readonly<Partial<Record<Grade, readonly [line2: number, line3: number]>>>;
  /** By the grade that a reset starts from. */
  readonly tierUp: Readonly<Partial<Record<Grade, TierUpStep>>>;
  /** By `band/slot/grade`. */
  readonly pools: ReadonlyMap<string, Pool>;
}

export interface PriceRow {
  /** Highest item level of the row. */
  readonly to: number;
  /** Mesos per reset. */
  readonly prices: Readonly<Record<Grade, number>>;
}

export interface PotentialRules {
  /** Item levels that share their pools. */
  readonly bands: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Lines of one kind that an item can have at most. */
  readonly caps: ReadonlyMap<Filler, number>;
  readonly prices: Readonly<Record<PotentialKind, readonly PriceRow[]>>;
  readonly methods: Readonly<Record<PotentialKind, ReadonlyMap<string, MethodRules>>>;
}

/** The two pools behind a roll: of the item's grade, and of the grade below it. */
export interface RollPools {
  readonly own: Pool;
  readonly lower: Pool;
  readonly ownGradeRates: readonly [line2: number, line3: number];
}

/** The name of the level band, `undefined` where no table reaches. */
export function bandOf(rules: PotentialRules, itemLevel: number): string | undefined {
  return rules.bands.find(({ from, to }) => itemLevel >= from && itemLevel <= to)?.name;
}

/** What a reset of an item of this grade rolls from; `undefined` where the tables lack one of the two pools. */
export function rollPools(
  method: MethodRules,
  place: { readonly band: string; readonly slot: PoolSlot },
  grade: Grade,
): RollPools | undefined {
  const poolAt = (lineGrade: LineGrade) => method.pools.get(`${place.band}/${place.slot}/${lineGrade}`);
  const own = poolAt(grade);
  const lower = poolAt(gradeBelow(grade));
  const ownGradeRates = method.ownGradeRates[grade];
  if (own === undefined || lower === undefined || ownGradeRates === undefined) return undefined;
  return { own, lower, ownGradeRates };
}

/** Mesos per reset by the price table; `undefined` for a level beyond it. */
export function resetPrice(
  rules: PotentialRules,
  kind: PotentialKind,
  itemLevel: number,
): PriceRow['prices'] | undefined {
  return rules.prices[kind].find(({ to }) => itemLevel <= to)?.prices;
}

function gradeBelow(grade: Grade): LineGrade {
  return grades[grades.indexOf(grade) - 1] ?? 'normal';
}
