import { readEvent } from '../domain/events.ts';
import type { Subscriber } from '../event-store/subscriber.ts';

/** How each range of a character's requests was settled: one row per `ValuationSettled`. */
export const settlementProjection: Subscriber = {
  name: 'settlement',
  types: ['ValuationSettled'],
  tables: ['settlement_view'],
  async apply(sql, events) {
    const rows = events.map((event) => {
      const { type, data } = readEvent(event);
      if (type !== 'ValuationSettled') throw new Error(`settlement cannot apply ${type}`);
      return {
        character_key: data.characterKey,
        position: String(event.position),
        after: data.after,
        through: data.through,
        outcome: data.outcome,
        reason: data.reason,
        evidence: sql.json(data.evidence),
        settled_at: event.metadata.occurredAt,
      };
    });
    await sql`insert into settlement_view ${sql(rows)} on conflict (character_key, position) do nothing`;
  },
};
