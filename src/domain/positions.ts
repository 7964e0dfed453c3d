import type { DomainEvent } from './events.ts';
import type { PositionRange } from './valuation-request/settlement.ts';

/**
 * The same event with every log position in its data replaced: positions belong to one log, and an event that is copied
 * to another log must speak of that one's.
 */
export function rewritePositions(event: DomainEvent, rewrite: (position: string) => string): DomainEvent {
  if (event.type !== 'ValuationSettled') return event;
  const range = <R extends PositionRange>(r: R): R => ({ ...r, after: rewrite(r.after), through: rewrite(r.through) });
  return { type: event.type, data: { ...range(event.data), parked: event.data.parked.map(range) } };
}
