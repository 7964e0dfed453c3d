import { readEvent } from '../domain/events.ts';
import { expandValuation } from '../domain/valuation/compact.ts';
import { totalOf } from '../domain/valuation/render.ts';
import type { RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber } from '../event-store/subscriber.ts';

/** The value of each character over time: one row per `ExpectationCalculated`. */
export const expectationHistoryProjection: Subscriber = {
  name: 'expectation_history',
  types: ['ExpectationCalculated'],
  tables: ['expectation_history'],
  // No row needs another: none waits for another.
  keyOf: ({ id }) => id,
  async apply(sql, events) {
    await sql`insert into expectation_history ${sql(events.map(rowOf))} on conflict (ocid, position) do nothing`;
  },
};

function rowOf(event: RecordedEvent) {
  const { type, data } = readEvent(event);
  if (type !== 'ExpectationCalculated') throw new Error(`expectation_history cannot apply ${type}`);
  const valuation = expandValuation(data.valuation);
  const { cost, unsupported } = totalOf(valuation, valuation.activePreset);
  return {
    ocid: data.ocid,
    position: String(event.position),
    calculated_at: event.metadata.occurredAt,
    fingerprint: data.fingerprint,
    rule_set: data.ruleSet,
    engine: data.engine,
    total: cost === null ? null : JSON.stringify(cost),
    unsupported_components: unsupported,
  };
}
