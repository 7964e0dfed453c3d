import { readEvent } from '../domain/events.ts';
import { contains } from '../domain/valuation-request/position-range.ts';
import type { ParkingReleased, SettlementEvent, ValuationSettled } from '../domain/valuation-request/settlement.ts';
import type { RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber, Transaction } from '../event-store/subscriber.ts';
import { IGNORED_BY_OPERATOR } from '../platform/read-models/settlement.ts';

/** How each range of a character's requests was settled, one row per event; and the ranges that are parked now. */
export const settlementProjection: Subscriber = {
  name: 'settlement',
  types: ['ValuationSettled', 'ParkingReleased'],
  tables: ['settlement_view', 'parked_request'],
  async apply(sql, events) {
    const read = events.map((event) => ({ event, ...(readEvent(event) as SettlementEvent) }));
    const rows = read.map((one) => settlementRow(sql, one.event, one));
    await sql`insert into settlement_view ${sql(rows)} on conflict (character_key, position) do nothing`;
    for (const one of read) {
      if (one.type === 'ParkingReleased') await unpark(sql, one.data);
      else if (one.data.outcome === 'parked') await park(sql, one.event, one.data);
    }
  },
};

function settlementRow(sql: Transaction, event: RecordedEvent, { type, data }: SettlementEvent) {
  const { characterKey, after, through } = data;
  const settled = type === 'ValuationSettled' ? data : releasedAs(data);
  return {
    character_key: characterKey,
    position: String(event.position),
    after,
    through,
    outcome: settled.outcome,
    reason: settled.reason,
    evidence: sql.json(settled.evidence),
    settled_at: event.metadata.occurredAt,
  };
}

function releasedAs({ decision, by }: ParkingReleased) {
  const evidence = { by };
  if (decision === 'ignore') return { outcome: 'ignored', reason: IGNORED_BY_OPERATOR, evidence };
  return { outcome: 'pending', reason: null, evidence };
}

/** A range that grows by what is parked behind it takes the newest reason. */
async function park(sql: Transaction, event: RecordedEvent, data: ValuationSettled): Promise<void> {
  const range = data.state.parked.find((parked) => contains(parked, data));
  if (range === undefined) throw new Error(`${event.stream} parks a range that is not among its parked ones`);
  await unpark(sql, { characterKey: data.characterKey, ...range });
  const row = {
    position: String(event.position),
    character_key: data.characterKey,
    character_name: data.evidence.characterName ?? data.characterKey,
    after: range.after,
    through: range.through,
    reason: data.reason,
    evidence: sql.json(data.evidence),
    parked_at: event.metadata.occurredAt,
  };
  await sql`insert into parked_request ${sql(row)}`;
}

async function unpark(
  sql: Transaction,
  { characterKey, after, through }: Pick<ParkingReleased, 'characterKey' | 'after' | 'through'>,
): Promise<void> {
  await sql`
    delete from parked_request where character_key = ${characterKey} and after >= ${after} and through <= ${through}`;
}
