import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { REPLAY_EVENTS } from '../../src/domain/replay/run.ts';
import { newestVersion, readEvent, UnreadableEventError, type EventType } from '../../src/domain/events.ts';

interface StoredExample {
  readonly type: EventType;
  readonly schemaVersion: number;
  readonly data: Record<string, unknown>;
  /** What the newest version makes of it, where that is something else. */
  readonly lifted?: Record<string, unknown>;
}

const examples = JSON.parse(
  readFileSync(new URL('./stored-events.json', import.meta.url), 'utf8'),
) as readonly StoredExample[];
const types: readonly EventType[] = [
  'ValuationRequested',
  'ValuationSettled',
  'ParkingReleased',
  'SnapshotRecorded',
  'SnapshotConfirmed',
  'ExpectationCalculated',
  'OutageStarted',
  'OutageEnded',
  ...REPLAY_EVENTS,
  'SpoolDrained',
];

describe('the event catalogue', () => {
  for (const type of types) {
    it(`reads a stored example of every version of ${type}`, () => {
      const stored = examples.filter((example) => example.type === type);
      expect(stored.map((example) => example.schemaVersion)).to.deep.equal(
        Array.from({ length: newestVersion(type) }, (_, index) => index + 1),
      );
      for (const example of stored) {
        expect(readEvent(example)).to.deep.equal({ type, data: example.lifted ?? example.data });
      }
    });
  }

  it('refuses a type it does not know and a version from the future', () => {
    const [example] = examples;
    expect(() => readEvent({ ...example!, type: 'Unheard' })).to.throw(UnreadableEventError, 'Unheard');
    expect(() => readEvent({ ...example!, type: 'toString' })).to.throw(UnreadableEventError, 'toString');
    expect(() => readEvent({ ...example!, schemaVersion: 99 })).to.throw(UnreadableEventError, '99');
    expect(() => readEvent({ ...example!, schemaVersion: 0 })).to.throw(UnreadableEventError);
  });
});
