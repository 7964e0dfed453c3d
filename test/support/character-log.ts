import { randomUUID } from 'node:crypto';
import type { NormalisedEquipment } from '../../src/domain/character/equipment.ts';
import { fingerprint } from '../../src/domain/character/fingerprint.ts';
import { snapshotStream } from '../../src/domain/character/snapshot.ts';
import { newestVersion, type DomainEvent } from '../../src/domain/events.ts';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import { compactValuation, type CompactValuation } from '../../src/domain/valuation/compact.ts';
import { expectationStream } from '../../src/domain/valuation/expectation.ts';
import { ENGINE_VERSION, valuate } from '../../src/domain/valuation/valuate.ts';
import type { NewEvent, Position } from '../../src/event-store/event-store.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { boundedMemo } from '../../src/platform/bounded-memo.ts';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { ruleSet } from '../domain/valuation/rule-sets.ts';
import { until } from './log-parts.ts';

const rules = ruleSet();
const memo = boundedMemo(1000);

/** A character whose past a test writes itself, straight into the log of a running application. */
export interface CharacterLog {
  readonly ocid: string;
  readonly database: Database;
  /** Appends to the character's streams; the position of the last event. */
  append(at: Date, ...events: readonly DomainEvent[]): Promise<Position>;
  /** Waits until these subscriptions have applied a position. */
  applied(position: bigint, ...subscriptions: readonly string[]): Promise<void>;
  recorded(equipment: NormalisedEquipment, at: Date): DomainEvent;
  confirmed(equipment: NormalisedEquipment, at: Date): DomainEvent;
  calculated(equipment: NormalisedEquipment, valuation?: CompactValuation): DomainEvent;
  close(): Promise<void>;
}

export function characterLog(databaseUrl: string, name: string): CharacterLog {
  const database = openDatabase({ url: databaseUrl, applicationName: 'test', poolSize: 1, maxPoolSize: 1 });
  const store = createPostgresEventStore({ database, url: databaseUrl });
  const character = { ocid: `ocid-${name}`, name, world: '스카니아', class: '에반', level: 285 };
  const { ocid } = character;
  const revisions = new Map<string, number>();
  const looked = (equipment: NormalisedEquipment, at: Date) => ({
    ...{ characterKey: name, character, fingerprint: fingerprint(equipment) },
    ...{ fetchStartedAt: new Date(at.getTime() - 100).toISOString(), fetchedAt: at.toISOString() },
  });
  const appendTo = async (stream: string, events: readonly NewEvent[]): Promise<Position> => {
    const expected = revisions.get(stream) ?? 'no-stream';
    const { position, revision } = await store.append(stream, expected, events);
    revisions.set(stream, revision);
    return position;
  };
  return {
    ocid,
    database,
    append: async (at, ...events) => {
      const streamOf = ({ type }: DomainEvent): string =>
        type === 'ExpectationCalculated' ? expectationStream(ocid) : snapshotStream(ocid);
      let position = 0n as Position;
      for (const stream of new Set(events.map(streamOf))) {
        const own = events.filter((event) => streamOf(event) === stream);
        position = await appendTo(
          stream,
          own.map((event) => asNew(event, at)),
        );
      }
      return position;
    },
    applied: async (position, ...subscriptions) => {
      const behind = () =>
        database.query(
          (sql) => sql`select 1 from unnest(${subscriptions}::text[]) as wanted (name)
            left join subscription_checkpoint c using (name) where coalesce(c.position, 0) < ${position}`,
        );
      await until(behind, (rows) => rows.length === 0);
    },
    recorded: (equipment, at) => ({
      type: 'SnapshotRecorded',
      data: { ...looked(equipment, at), equipment, payloadHash: 'made up' },
    }),
    confirmed: (equipment, at) => ({ type: 'SnapshotConfirmed', data: looked(equipment, at) }),
    calculated: (equipment, valuation = value(equipment)) => ({
      type: 'ExpectationCalculated',
      data: {
        ...{ ocid, characterKey: name, fingerprint: fingerprint(equipment) },
        ...{ ruleSet: rules.id, tables: rules.tables, engine: ENGINE_VERSION, valuation },
      },
    }),
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

/** The engine's valuation under the default assumptions. */
export function value(equipment: NormalisedEquipment): CompactValuation {
  return compactValuation(valuate(equipment, rules, defaultAssumptions, memo));
}

function asNew({ type, data }: DomainEvent, at: Date): NewEvent {
  const metadata = { correlationId: 'test', causationId: null, actor: 'test', occurredAt: at.toISOString() };
  return { id: randomUUID(), type, schemaVersion: newestVersion(type), data, metadata };
}
