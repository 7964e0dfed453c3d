import type { PackedDocument } from './pack.ts';
import { pack, unpack } from './pack.ts';
import type { Valuation } from './valuation.ts';

/** A valuation as the log holds it: rounded as it will be shown, keys stated once. Plain JSON, items as in the snapshot. */
export type CompactValuation = PackedDocument;

/** Significant digits of every estimate that is not money. */
const DIGITS = 9;

/** Rounds (money half up to whole mesos, other estimates to nine digits) and packs. Rounding happens here only. */
export function compactValuation(valuation: Valuation): CompactValuation {
  const { assumptions, ...results } = valuation;
  return pack({ ...(rounded(results, '') as object), assumptions });
}

/** The rounded valuation. Throws an `Error` for what `compactValuation` did not make. */
export function expandValuation(compact: CompactValuation): Valuation {
  return unpack(compact) as Valuation;
}

/** Everything below a key `cost` is money. */
export function rounded(value: unknown, key: string): unknown {
  if (typeof value === 'number') return key === 'cost' ? Math.round(value) : toDigits(value);
  if (Array.isArray(value)) return value.map((element) => rounded(element, key));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(value)) result[name] = rounded(child, key === 'cost' ? key : name);
  return result;
}

function toDigits(value: number): number {
  // Counts have no more digits, and most numbers are counts: that spares writing them as text.
  return Number.isInteger(value) && Math.abs(value) < 10 ** DIGITS ? value : Number(value.toPrecision(DIGITS));
}
