import type { SnapshotRecorded } from '../domain/character/snapshot.ts';
import { readEvent } from '../domain/events.ts';
import { sha256 } from '../domain/ids.ts';
import { evolveCharacter, renderAnswer } from '../domain/valuation/character-state.ts';
import type { CharacterAnswer, CharacterState } from '../domain/valuation/character-state.ts';
import type { ExpectationCalculated } from '../domain/valuation/expectation.ts';
import type { Position, RecordedEvent } from '../event-store/event-store.ts';
import type { Subscriber, Transaction } from '../event-store/subscriber.ts';
import { toBrotli } from '../platform/http/encoding.ts';

/** The ready answers of `GET …/expectation`, and what they are made of. */
export const expectationProjection: Subscriber = {
  name: 'expectation',
  types: ['SnapshotRecorded', 'SnapshotConfirmed', 'ExpectationCalculated'],
  tables: ['character_index', 'snapshot_view', 'expectation_view'],
  // Both streams of a character make one answer.
  keyOf: ({ stream }) => stream.slice(stream.indexOf('-') + 1),
  async apply(sql, events) {
    const states = await loadStates(sql, [...new Set(events.map(ocidOf))]);
    const changed = new Map<string, Position>();
    for (const event of events) {
      const ocid = ocidOf(event);
      const before = states.get(ocid) ?? {};
      const after = evolveCharacter(before, readEvent(event));
      states.set(ocid, after);
      if (after.answer !== before.answer) changed.set(ocid, event.position);
    }
    for (const [ocid, state] of states) {
      const changedAt = changed.get(ocid);
      const { answer } = state;
      const row = answer === undefined || changedAt === undefined ? undefined : await answerRow(answer, changedAt);
      // Sent together: the connection keeps their order.
      await Promise.all([storeState(sql, ocid, state), row && storeAnswer(sql, row)]);
    }
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

async function storeState(sql: Transaction, ocid: string, state: CharacterState): Promise<void> {
  const { snapshot, valuation } = state;
  const characterKey = (snapshot ?? valuation)?.characterKey ?? '';
  const row = {
    ocid,
    character_key: characterKey,
    snapshot: snapshot === undefined ? null : JSON.stringify(snapshot),
    valuation: valuation === undefined ? null : JSON.stringify(valuation),
  };
  const stored = sql`
    insert into snapshot_view ${sql(row)}
    on conflict (ocid) do update set
      character_key = excluded.character_key, snapshot = excluded.snapshot, valuation = excluded.valuation`;
  const indexed =
    snapshot &&
    sql`
    insert into character_index (character_key, ocid, confirmed_at) values (${characterKey}, ${ocid}, ${snapshot.fetchedAt})
    on conflict (character_key) do update set ocid = excluded.ocid, confirmed_at = excluded.confirmed_at`;
  await Promise.all([stored, indexed]);
}

type AnswerRow = Awaited<ReturnType<typeof answerRow>>;

async function answerRow(answer: CharacterAnswer, changedAt: Position) {
  const { characterKey, character, fingerprint, fetchedAt, fetchStartedAt } = answer.snapshot;
  const json = renderAnswer(answer, 'fresh');
  return {
    character_key: characterKey,
    ocid: character.ocid,
    fingerprint,
    as_of: fetchedAt,
    fetch_started_at: fetchStartedAt,
    changed_at: String(changedAt),
    etag: sha256(json).slice(0, 32),
    body: await toBrotli(Buffer.from(json)),
  };
}

async function storeAnswer(sql: Transaction, row: AnswerRow): Promise<void> {
  await sql`
    insert into expectation_view ${sql(row)}
    on conflict (character_key) do update set
      ocid = excluded.ocid, fingerprint = excluded.fingerprint, as_of = excluded.as_of,
      fetch_started_at = excluded.fetch_started_at, changed_at = excluded.changed_at,
      etag = excluded.etag, body = excluded.body`;
}
