import type { SnapshotConfirmed, SnapshotRecorded } from './character/snapshot.ts';
import type { SpoolDrained } from './spool/spool-drained.ts';
import type { OutageEnded, OutageStarted } from './upstream/outage.ts';
import type { ReplayEvent } from './replay/run.ts';
import type { ValuationRequested } from './valuation-request/request.ts';
import type { ParkingReleased, ValuationSettled } from './valuation-request/settlement.ts';
import { settledVersion2 } from './valuation-request/upcast-settlement.ts';
import type { ExpectationCalculated } from './valuation/expectation.ts';

/** The catalogue: every event type of the log and the shape of its newest version. */
export interface EventCatalogue {
  readonly ValuationRequested: ValuationRequested;
  readonly ValuationSettled: ValuationSettled;
  readonly ParkingReleased: ParkingReleased;
  readonly SnapshotRecorded: SnapshotRecorded;
  readonly SnapshotConfirmed: SnapshotConfirmed;
  readonly ExpectationCalculated: ExpectationCalculated;
  readonly OutageStarted: OutageStarted;
  readonly OutageEnded: OutageEnded;
  readonly ReplayPlanned: DataOf<ReplayEvent, 'ReplayPlanned'>;
  readonly ReplayStarted: DataOf<ReplayEvent, 'ReplayStarted'>;
  readonly ReplayCheckpointed: DataOf<ReplayEvent, 'ReplayCheckpointed'>;
  readonly ReplayPaused: DataOf<ReplayEvent, 'ReplayPaused'>;
  readonly ReplayResumed: DataOf<ReplayEvent, 'ReplayResumed'>;
  readonly ReplayCompleted: DataOf<ReplayEvent, 'ReplayCompleted'>;
  readonly ReplayCancelled: DataOf<ReplayEvent, 'ReplayCancelled'>;
  readonly SpoolDrained: SpoolDrained;
}

type DataOf<E extends { type: string; data: unknown }, T extends E['type']> = Extract<E, { type: T }>['data'];

export type EventType = keyof EventCatalogue;

/** An event of the catalogue with its data. */
export type DomainEvent = { [T in EventType]: { readonly type: T; readonly data: EventCatalogue[T] } }[EventType];

/** Lifts data of one schema version to the next. */
type Upcaster = (data: never) => unknown;

/** Upcasters per type: the first lifts version 1 to 2, and so on. The newest version is one more than their number. */
const UPCASTERS: { readonly [T in EventType]: readonly Upcaster[] } = {
  ValuationRequested: [],
  ValuationSettled: [settledVersion2],
  ParkingReleased: [],
  SnapshotRecorded: [],
  SnapshotConfirmed: [],
  ExpectationCalculated: [],
  OutageStarted: [],
  OutageEnded: [],
  ReplayPlanned: [],
  ReplayStarted: [],
  ReplayCheckpointed: [],
  ReplayPaused: [],
  ReplayResumed: [],
  ReplayCompleted: [],
  ReplayCancelled: [],
  SpoolDrained: [],
};

/** An event that this version of the program cannot read. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/** The schema version that new events of this type are written with. */
export function newestVersion(type: EventType): number {
  return UPCASTERS[type].length + 1;
}

/** Reads a stored event as its newest version. Throws `UnreadableEventError` for an unknown type or a newer version. */
export function readEvent(stored: { type: string; schemaVersion: number; data: unknown }): DomainEvent {
  if (!Object.hasOwn(UPCASTERS, stored.type)) throw new UnreadableEventError(`unknown event type ${stored.type}`);
  const type = stored.type as EventType;
  const version = stored.schemaVersion;
  if (!Number.isInteger(version) || version < 1 || version > newestVersion(type)) {
    throw new UnreadableEventError(`${type} version ${version} is not between 1 and ${newestVersion(type)}`);
  }
  const lifted = UPCASTERS[type].slice(version - 1).reduce((data, lift) => lift(data as never), stored.data);
  return { type, data: lifted } as DomainEvent;
}
