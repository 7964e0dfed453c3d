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
  if (typeof value === 'number') return key === 'cost' ? Math.round(value) : Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map((element) => rounded(element, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, child]) => [name, rounded(child, key === 'cost' ? key : name)]);
  return Object.fromEntries(entries) as object;
}
