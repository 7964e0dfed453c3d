import { readFileSync } from 'node:fs';

export type Row = Readonly<Record<string, string>>;

/** Options of one pool with integer weights; the weights sum to the denominator. */
export interface Pool {
  readonly denominator: number;
  readonly weights: Readonly<Record<string, number>>;
}

/** Reads a reference table: a header line, cells that may be quoted, no line breaks inside cells. */
export function readTable(path: string): Row[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/u);
  const columns = cells(head);
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']));
  });
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/gu)].map((match) => match[1] ?? match[2] ?? '');
}

/** A cell that has to be there. */
export function cell(row: Row, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`no column ${column}`);
  return value;
}

/** Groups rows by a key, in order of first appearance. */
export function groupRows(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}

/** The pool of fractions `n/d` that sum to exactly 1. */
export function poolOfFractions(entries: readonly (readonly [text: string, fraction: string])[]): Pool {
  const parts = entries.map(([text, fraction]) => {
    const [numerator = NaN, denominator = NaN] = fraction.split('/').map(Number);
    return { text, numerator, denominator };
  });
  const denominator = parts.reduce((common, part) => leastCommonMultiple(common, part.denominator), 1);
  return checkedPool(
    denominator,
    parts.map(({ text, numerator, denominator: own }) => [text, (numerator * denominator) / own]),
  );
}

/**
 * The smallest denominator at which every decimal is a whole share within `tolerance` and the shares sum to exactly 1.
 * Decimals that fit no denominator up to 100 are not small fractions: `undefined`.
 */
export function poolOfDecimals(
  entries: readonly (readonly [text: string, probability: number])[],
  tolerance: number,
): Pool | undefined {
  for (let denominator = 1; denominator <= 100; denominator++) {
    const weights = entries.map(([text, p]): [string, number] => [text, Math.round(p * denominator)]);
    const fits = entries.every(([, p], index) => Math.abs((weights[index]?.[1] ?? 0) / denominator - p) <= tolerance);
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    if (fits && sum === denominator) return checkedPool(denominator, weights);
  }
  return undefined;
}

/** A pool of given weights, refused unless they are positive whole numbers that sum to the denominator. */
export function checkedPool(denominator: number, weights: readonly (readonly [string, number])[]): Pool {
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  const whole = weights.every(([, weight]) => Number.isInteger(weight) && weight > 0);
  if (!whole || sum !== denominator) throw new Error(`weights ${JSON.stringify(weights)} do not sum to ${denominator}`);
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  if (new Set(sorted.map(([text]) => text)).size !== sorted.length) throw new Error('a pool repeats an option');
  return { denominator, weights: Object.fromEntries(sorted) };
}

function leastCommonMultiple(a: number, b: number): number {
  const gcd = (x: number, y: number): number => (y === 0 ? x : gcd(y, x % y));
  return (a / gcd(a, b)) * b;
}
