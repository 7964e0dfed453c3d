import { poolSlots, type PoolSlot } from '../../src/domain/valuation/slots.ts';
import { cell, checkedPool, groupRows, poolOfDecimals, poolOfFractions, type Pool, type Row } from './potential-csv.ts';

/** Where a pool applies: `band/slot/grade`. */
export type PoolTable = Map<string, Pool>;

export const bandNames = ['100-119', '120-200', '201-250'] as const;
export const poolKey = (band: string, slot: string, grade: string): string => `${band}/${slot}/${grade}`;

/** The official tables call the first band by its lower bound. */
const officialBand = (name: string): string => (name === '100' ? '100-119' : name);

const gradesKo: Readonly<Record<string, string>> = {
  노멀: 'normal',
  레어: 'rare',
  에픽: 'epic',
  유니크: 'unique',
  레전드리: 'legendary',
};

const slotsKo: Readonly<Record<string, PoolSlot>> = {
  ...{ 무기: 'weapon', 보조무기: 'secondary', 방패: 'shield', 엠블렘: 'emblem', 소울링: 'forceShieldSoulRing' },
  ...{ 포스실드: 'forceShieldSoulRing', 모자: 'hat', 상의: 'top', 한벌옷: 'overall', 하의: 'bottom', 신발: 'shoes' },
  ...{ 장갑: 'gloves', 망토: 'cape', 벨트: 'belt', 어깨장식: 'shoulder', 얼굴장식: 'face', 눈장식: 'eye' },
  ...{ 귀고리: 'earring', 펜던트: 'pendant', 펜던트2: 'pendant', '기계 심장': 'heart' },
  ...{ 반지1: 'ring', 반지2: 'ring', 반지3: 'ring', 반지4: 'ring' },
};

/** Legendary and unique pools of the official page: fractions that sum to exactly 1. */
export function officialPools(rows: readonly Row[], kind: string): PoolTable {
  const own = rows.filter((row) => row.kind === kind);
  const groups = groupRows(own, (row) =>
    poolKey(officialBand(cell(row, 'item_level_band')), cell(row, 'slot'), cell(row, 'grade_of_option')),
  );
  const pools = [...groups].map(([key, group]): [string, Pool] => [
    key,
    poolOfFractions(group.map((row) => [cell(row, 'option_ko'), cell(row, 'fraction_guess')])),
  ]);
  return new Map(pools);
}

/** Additional pools below unique: integer weights as given. The column `slots` names every slot, also inferred ones. */
export function additionalPoolsBelowUnique(rows: readonly Row[]): PoolTable {
  const table: PoolTable = new Map();
  const groups = groupRows(rows, (row) =>
    ['item_level_band', 'slots', 'grade_of_option'].map((c) => cell(row, c)).join('|'),
  );
  for (const [key, group] of groups) {
    const [band = '', slots = '', grade = ''] = key.split('|');
    const denominator = Number(group[0]?.denominator);
    const weights = group.map((row): [string, number] => [cell(row, 'option_ko'), Number(cell(row, 'weight'))]);
    const words = new Set(slots.split(/\W+/u));
    for (const slot of poolSlots.filter((name) => words.has(name)))
      table.set(poolKey(band, slot, grade), checkedPool(denominator, weights));
  }
  return table;
}

/**
 * Gold pools (legendary items only) from the official line tables: line 1 is the own pool, line 2 mixes in the lower one,
 * `line 2 = rate × own + (1 − rate) × lower`.
 */
export function goldPools(rows: readonly Row[], rate: number): PoolTable {
  const table: PoolTable = new Map();
  const gold = rows.filter((row) => row.kind === 'main: gold (artisan)');
  for (const [key, group] of groupRows(gold, (row) => `${cell(row, 'item_level_band')}|${cell(row, 'slot')}`)) {
    const [band = '', slot = ''] = key.split('|');
    const [own, lower] = unmix(group, 'option_ko', (row) => Number(cell(row, 'probability')), rate);
    table.set(poolKey(officialBand(band), slot, 'legendary'), own);
    table.set(poolKey(officialBand(band), slot, 'unique'), lower);
  }
  return table;
}

/** Own pool and lower pool of one item from its lines 1 and 2. Shares of the lower pool below 1e-4 are rounding dust. */
export function unmix(
  rows: readonly Row[],
  column: string,
  probability: (row: Row) => number,
  rate: number,
): [own: Pool, lower: Pool] {
  const line = (n: string) =>
    rows.filter((row) => row.line === n).map((row): [string, number] => [cell(row, column), probability(row)]);
  const own = new Map(line('1'));
  const lower = line('2')
    .map(([text, p]): [string, number] => [text, (p - rate * (own.get(text) ?? 0)) / (1 - rate)])
    .filter(([, p]) => p > 1e-4);
  return [proven([...own]), proven(lower)];
}

function proven(entries: readonly (readonly [string, number])[]): Pool {
  const pool = poolOfDecimals(entries, 4e-6);
  if (pool === undefined) throw new Error(`not small fractions: ${JSON.stringify(entries)}`);
  return pool;
}

/**
 * Main pools of every grade from the rebuilt table. A group counts only if its decimals prove to be small fractions that
 * sum to 1; the first band is its bucket 100 and, where that has no group, its bucket 110.
 */
export function rebuiltPools(rows: readonly Row[]): Map<string, PoolTable> {
  const buckets = new Map<string, PoolTable>();
  const keyOf = (row: Row) =>
    [cell(row, 'item_level_bucket'), slotsKo[cell(row, 'slot_ko')], gradesKo[cell(row, 'grade_ko')], row.slot_ko].join(
      '/',
    );
  for (const [key, group] of groupRows(rows, keyOf)) {
    const [bucket = '', slot = '', grade = ''] = key.split('/');
    const decimals = group.map((row): [string, number] => [
      cell(row, 'option_ko'),
      Number(cell(row, 'probability_within_grade')),
    ]);
    const pool = poolOfDecimals(decimals, 2.5e-6);
    if (pool === undefined) continue;
    const table = buckets.get(bucket) ?? new Map<string, Pool>();
    const twin = table.get(`${slot}/${grade}`);
    if (twin !== undefined && !samePool(twin, pool)) throw new Error(`${key} contradicts its twin slot`);
    buckets.set(bucket, table.set(`${slot}/${grade}`, pool));
  }
  return buckets;
}

export const samePool = (a: Pool, b: Pool): boolean => JSON.stringify(a) === JSON.stringify(b);
