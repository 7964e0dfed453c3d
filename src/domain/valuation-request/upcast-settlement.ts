import type { PositionRange } from './position-range.ts';
import type { ValuationSettled } from './settlement.ts';

/** Version 1 knew no released ranges: what it settled last was always the newest. */
type SettledVersion1 = Omit<ValuationSettled, 'state'> & { readonly parked: readonly PositionRange[] };

/** Version 2 carries the whole state of its stream. */
export function settledVersion2({ parked, ...data }: SettledVersion1): ValuationSettled {
  return { ...data, state: { through: data.through, parked, released: [] } };
}
