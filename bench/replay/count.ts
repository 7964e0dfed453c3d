import { createHash } from 'node:crypto';
import { readEvent } from '../../src/domain/events.ts';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.ts';
import { START } from '../../src/event-store/event-store.ts';

/** What the log says became of every request: other code than the product's, on purpose. */
export interface Count {
  readonly expected: number;
  readonly valued: number;
  readonly ignored: number;
  readonly parked: number;
  /** Requests without an outcome. */
  readonly missing: number;
  /** Requests with more than one. */
  readonly duplicates: number;
  /** Settlements of no request. */
  readonly orphans: number;
}

/** Calls back for every event of these types in the log. */
async function everyEvent(
  store: EventStore,
  { types, limit }: { types: readonly string[]; limit: number },
  see: (event: RecordedEvent) => void,
): Promise<void> {
  const head = await store.head();
  for (let after = START; after < head;) {
    const slice = await store.readAll({ after, limit, types });
    slice.events.forEach(see);
    after = slice.through;
  }
}

/** Counts the outcomes of all requests in the log, nothing of which may have been released by an operator. */
export async function countOutcomes(store: EventStore): Promise<Count> {
  const pending = new Map<string, number[]>();
  const settledThrough = new Map<string, number>();
  const outcomes = { valued: 0, ignored: 0, parked: 0 };
  const sums = { expected: 0, duplicates: 0, orphans: 0 };
  await everyEvent(store, { types: ['ValuationRequested', 'ValuationSettled'], limit: 5000 }, (event) => {
    const { type, data } = readEvent(event);
    if (type === 'ValuationRequested') {
      sums.expected += 1;
      const requests = pending.get(data.characterKey) ?? [];
      requests.push(Number(event.position));
      pending.set(data.characterKey, requests);
    } else if (type === 'ValuationSettled') {
      const requests = pending.get(data.characterKey) ?? [];
      const [after, through] = [Number(data.after), Number(data.through)];
      // Ranges that begin where the last one ended cover nothing twice.
      if (after < (settledThrough.get(data.characterKey) ?? 0)) sums.duplicates += 1;
      const covered = requests.filter((position) => position > after && position <= through);
      if (covered.length === 0) sums.orphans += 1;
      outcomes[data.outcome] += covered.length;
      const left = requests.filter((position) => position <= after || position > through);
      pending.set(data.characterKey, left);
      settledThrough.set(data.characterKey, Math.max(through, settledThrough.get(data.characterKey) ?? 0));
    }
  });
  const missing = [...pending.values()].reduce((sum, requests) => sum + requests.length, 0);
  return { ...sums, ...outcomes, missing };
}

/** How different the characters are that were valued. */
export async function census(store: EventStore): Promise<{ fingerprints: number; items: number; valuations: number }> {
  const fingerprints = new Set<string>();
  const items = new Set<string>();
  let valuations = 0;
  await everyEvent(store, { types: ['SnapshotRecorded', 'ExpectationCalculated'], limit: 200 }, (event) => {
    const { type, data } = readEvent(event);
    if (type === 'ExpectationCalculated') valuations += 1;
    if (type !== 'SnapshotRecorded') return;
    fingerprints.add(data.fingerprint);
    for (const item of data.equipment.items)
      items.add(createHash('sha1').update(JSON.stringify(item)).digest('base64'));
  });
  return { fingerprints: fingerprints.size, items: items.size, valuations };
}
