import type { DomainEvent } from './events.ts';
import type { PositionRange } from './valuation-request/position-range.ts';
import type { SettlementState } from './valuation-request/settlement.ts';

type Rewrite = (position: string) => string;

/**
 * The same event with every log position in its data replaced: positions belong to one log, and an event that is copied
 * to another log must speak of that one's.
 */
export function rewritePositions(event: DomainEvent, rewrite: Rewrite): DomainEvent {
  if (event.type === 'ReplayPlanned') {
    const { scope } = event.data;
    // Where reading may begin is not where a request stands: from the beginning is right in every log.
    const rewritten = { ...scope, mark: rewrite(scope.mark), from: '0' };
    return { ...event, data: { ...event.data, scope: rewritten } };
  }
  if (event.type !== 'ValuationSettled' && event.type !== 'ParkingReleased') return event;
  const { data } = event;
  return { ...event, data: { ...data, ...range(data, rewrite), state: state(data.state, rewrite) } } as DomainEvent;
}

function range({ after, through }: PositionRange, rewrite: Rewrite): PositionRange {
  return { after: rewrite(after), through: rewrite(through) };
}

function state({ through, parked, released }: SettlementState, rewrite: Rewrite): SettlementState {
  const all = (ranges: readonly PositionRange[]) => ranges.map((one) => range(one, rewrite));
  return { through: rewrite(through), parked: all(parked), released: all(released) };
}
