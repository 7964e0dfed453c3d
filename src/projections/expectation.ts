import type { SnapshotRecorded } from '../domain/character/snapshot.ts';
import { readEvent } from '../domain/events.ts';
import { sha256 } from '../domain/ids.ts';
import type { ExpectationCalculated } from '../domain/valuation/expectation.ts';
import { renderExpectation } from '../domain/valuation/render.ts';
import type { RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber, Transaction } from '../event-store/subscriber.ts';
import { toBrotli } from '../platform/http/encoding.ts';

/** What the log says about one character so far: its last snapshot, its last valuation. */
interface CharacterState {
  snapshot?: SnapshotRecorded;
  valuation?: ExpectationCalculated;
  /** Position of the last event that changed the state in this batch. */
  changedAt?: bigint;
}

/** The ready answers of `GET …/expectation`, and what they are made of. */
export const expectationProjection: Subscriber = {
  name: 'expectation',
  types: ['SnapshotRecorded', 'SnapshotConfirmed', 'ExpectationCalculated'],
  tables: ['character_index', 'snapshot_view', 'expectation_view'],
  async apply(sql, events) {
    const states = await loadStates(sql, [...new Set(events.map(ocidOf))]);
    for (const event of events) {
      const ocid = ocidOf(event);
      states.set(ocid, evolve(states.get(ocid) ?? {}, event));
    }
    for (const [ocid, state] of states) await store(sql, ocid, state);
  },
};

function ocidOf(event: RecordedEvent): string {
  const { type, data } = readEvent(event);
  if (type === 'ExpectationCalculated') return data.ocid;
  if (type === 'SnapshotRecorded' || type === 'SnapshotConfirmed') return data.character.ocid;
  throw new Error(`the expectation projection cannot apply ${type}`);
}

async function loadStates(sql: Transaction, ocids: readonly string[]): Promise<Map<string, CharacterState>> {
  const rows = await sql<{ ocid: string; snapshot: string | null; valuation: string | null }[]>`
    select ocid, snapshot, valuation from snapshot_view where ocid in ${sql(ocids)}`;
  return new Map(
    rows.map(({ ocid, snapshot, valuation }) => [
      ocid,
      {
        ...(snapshot === null ? {} : { snapshot: JSON.parse(snapshot) as SnapshotRecorded }),
        ...(valuation === null ? {} : { valuation: JSON.parse(valuation) as ExpectationCalculated }),
      },
    ]),
  );
}

function evolve(state: CharacterState, event: RecordedEvent): CharacterState {
  const { type, data } = readEvent(event);
  const changedAt = event.position;
  if (type === 'SnapshotRecorded') return { ...state, snapshot: data, changedAt };
  if (type === 'ExpectationCalculated') return { ...state, valuation: data, changedAt };
  if (type !== 'SnapshotConfirmed') return state;
  if (state.snapshot === undefined) throw new Error(`${event.stream} confirms a snapshot that was never recorded`);
  return { ...state, snapshot: { ...state.snapshot, ...data }, changedAt };
}

async function store(sql: Transaction, ocid: string, state: CharacterState): Promise<void> {
  const { snapshot, valuation } = state;
  const characterKey = (snapshot ?? valuation)?.characterKey ?? '';
  const row = {
    ocid,
    character_key: characterKey,
    snapshot: snapshot === undefined ? null : JSON.stringify(snapshot),
    valuation: valuation === undefined ? null : JSON.stringify(valuation),
  };
  await sql`
    insert into snapshot_view ${sql(row)}
    on conflict (ocid) do update set
      character_key = excluded.character_key, snapshot = excluded.snapshot, valuation = excluded.valuation`;
  if (snapshot === undefined) return;
  await sql`
    insert into character_index (character_key, ocid, confirmed_at) values (${characterKey}, ${ocid}, ${snapshot.fetchedAt})
    on conflict (character_key) do update set ocid = excluded.ocid, confirmed_at = excluded.confirmed_at`;
  // While only one of the two is there, or they are of different equipment, the answer that stands is the best we have.
  if (valuation?.fingerprint === snapshot.fingerprint) await storeAnswer(sql, snapshot, valuation, state.changedAt);
}

async function storeAnswer(
  sql: Transaction,
  snapshot: SnapshotRecorded,
  valuation: ExpectationCalculated,
  changedAt: bigint | undefined,
): Promise<void> {
  const { characterKey, character, fingerprint, equipment, fetchedAt, fetchStartedAt } = snapshot;
  const answer = renderExpectation({
    character,
    equipment,
    fingerprint,
    valuation: valuation.valuation,
    asOf: fetchedAt,
    freshness: 'fresh',
  });
  const json = JSON.stringify(answer);
  const row = {
    character_key: characterKey,
    ocid: character.ocid,
    fingerprint,
    as_of: fetchedAt,
    fetch_started_at: fetchStartedAt,
    changed_at: String(changedAt ?? 0n),
    etag: sha256(json).slice(0, 32),
    body: await toBrotli(Buffer.from(json)),
  };
  await sql`
    insert into expectation_view ${sql(row)}
    on conflict (character_key) do update set
      ocid = excluded.ocid, fingerprint = excluded.fingerprint, as_of = excluded.as_of,
      fetch_started_at = excluded.fetch_started_at, changed_at = excluded.changed_at,
      etag = excluded.etag, body = excluded.body`;
}
