import type { Decider } from '../decider.ts';
import type { NormalisedEquipment } from './equipment.ts';

/** Who the character is, as shown in answers. */
export interface CharacterFacts {
  readonly ocid: string;
  readonly name: string;
  readonly world: string;
  readonly class: string;
  readonly level: number;
}

interface SnapshotTimes {
  /** ISO-8601: when the fetch began. A request accepted before this moment is satisfied by the snapshot. */
  readonly fetchStartedAt: string;
  /** ISO-8601: when the upstream had answered. */
  readonly fetchedAt: string;
}

/** One look at a character's equipment. */
export interface Snapshot extends SnapshotTimes {
  readonly characterKey: string;
  readonly character: CharacterFacts;
  readonly fingerprint: string;
  readonly equipment: NormalisedEquipment;
  /** SHA-256 of the raw upstream payload, its key in the payload archive. */
  readonly payloadHash: string;
}

export type SnapshotRecorded = Snapshot;

/** The upstream was asked again and the equipment was the same: only the dates moved. */
export interface SnapshotConfirmed extends SnapshotTimes {
  readonly characterKey: string;
  readonly character: CharacterFacts;
  readonly fingerprint: string;
}

export type SnapshotEvent =
  | { readonly type: 'SnapshotRecorded'; readonly data: SnapshotRecorded }
  | { readonly type: 'SnapshotConfirmed'; readonly data: SnapshotConfirmed };

/** What the last event of the stream says; `null` before the first. */
export type SnapshotState = SnapshotConfirmed | null;

/** The stream of a character's snapshots. */
export function snapshotStream(ocid: string): string {
  return `snapshot-${ocid}`;
}

function decide(snapshot: Snapshot, state: SnapshotState): readonly SnapshotEvent[] {
  const { characterKey, character, fingerprint, fetchStartedAt, fetchedAt } = snapshot;
  if (state !== null && state.fetchedAt >= fetchedAt) return [];
  const same = state?.fingerprint === fingerprint && sameFacts(state.character, character);
  if (!same) return [{ type: 'SnapshotRecorded', data: snapshot }];
  return [{ type: 'SnapshotConfirmed', data: { characterKey, character, fingerprint, fetchStartedAt, fetchedAt } }];
}

function sameFacts(a: CharacterFacts, b: CharacterFacts): boolean {
  return a.name === b.name && a.world === b.world && a.class === b.class && a.level === b.level;
}

/** Records a snapshot only when something changed, confirms it otherwise, ignores a look older than the last one. */
export const snapshotDecider: Decider<Snapshot, SnapshotState, SnapshotEvent> = {
  initialState: null,
  decide,
  evolve: (_, event) => event.data,
};
