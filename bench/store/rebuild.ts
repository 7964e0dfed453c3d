import { backlogModel } from '../../src/commands/dispatcher.ts';
import type { ValuationRequested } from '../../src/domain/valuation-request/request.ts';
import { readEvent } from '../../src/domain/events.ts';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.ts';
import { rebuild } from '../../src/event-store/rebuild.ts';
import type { Subscriber, Transaction } from '../../src/event-store/subscriber.ts';
import type { Client } from '../../src/platform/database-client.ts';
import type { Database } from '../../src/platform/database.ts';
import { rowOf, timeRound } from './round.ts';
import type { Row } from './round.ts';

/** What rebuilds are measured on: a log of their own. */
interface Parts {
  readonly store: EventStore;
  readonly database: Database;
  /** The same database without deadlines: the log is filled and the rows are checked in long statements. */
  readonly client: Client;
  /** Pid of the server. */
  readonly postmaster: number;
}

/** Asked for by Zipf's law, as in a long outage. */
const CHARACTERS = 20_000;
const AT_ONCE = 100_000;

/**
 * One row per request. The product has no such table (docs/adr/0004-status-from-the-log.md); its models of one row per event
 * are fed the same way, from rarer events.
 */
const requestModel: Subscriber = {
  name: 'request',
  types: ['ValuationRequested'],
  tables: ['request_view'],
  async apply(sql, events) {
    const data = events.map((event) => readEvent(event).data as ValuationRequested);
    await insertRequests(sql, events, data);
  },
};

async function insertRequests(
  sql: Transaction,
  events: readonly RecordedEvent[],
  data: readonly ValuationRequested[],
): Promise<void> {
  await sql`
    insert into request_view (request_id, character_key, class, position, requested_at)
    select * from unnest(
      ${data.map((one) => one.requestId)}::uuid[], ${data.map((one) => one.characterKey)}::text[],
      ${data.map((one) => one.class)}::text[], ${events.map((event) => String(event.position))}::bigint[],
      ${events.map((event) => event.metadata.occurredAt)}::text[]::timestamptz[])`;
}

/** Rows that are missing, too many, or other than the log has them. */
type CountWrong = (client: Client) => Promise<number>;

const wrongRequests: CountWrong = async (client) => {
  const [row] = await client<[{ wrong: number }]>`
    select count(*)::int as wrong from request_view r full join events e using (position)
    where (r.request_id::text, r.character_key, r.class, r.requested_at) is distinct from
      (e.data::json ->> 'requestId', e.data::json ->> 'characterKey', e.data::json ->> 'class',
        (e.metadata::json ->> 'occurredAt')::timestamptz)`;
  return row.wrong;
};

const wrongBacklog: CountWrong = async (client) => {
  const [row] = await client<[{ wrong: number }]>`
    select count(*)::int as wrong from backlog_view b full join (
      select data::json ->> 'characterKey' as key, max(position) as through,
        min((metadata::json ->> 'occurredAt')::timestamptz) as first, max((metadata::json ->> 'occurredAt')::timestamptz) as last
      from events group by 1
    ) e on e.key = b.character_key
    where (b.through, b.pending_since, b.requested_at) is distinct from (e.through, e.first, e.last)`;
  return row.wrong;
};

const MODELS: readonly (readonly [name: string, target: number, model: Subscriber, countWrong: CountWrong])[] = [
  ['rebuild, one row per event', 60_000, requestModel, wrongRequests],
  ['rebuild, one row per character', 100_000, backlogModel, wrongBacklog],
];

/** Rebuilds read models from a log of so many requests, and checks every row. Throws when one is wrong. */
export async function measureRebuilds(parts: Parts, events: number, rounds: number): Promise<Row[]> {
  const { store, database, client, postmaster } = parts;
  await client`create table request_view (
    request_id uuid primary key, character_key text not null, class text not null, position bigint not null,
    requested_at timestamptz not null)`;
  for (let n = 0; n < events; n += AT_ONCE) await fill(client, n, Math.min(AT_ONCE, events - n));
  await client`analyze events`;
  const measured = MODELS.map((model) => ({ model, done: [] as Awaited<ReturnType<typeof timeRound>>[] }));
  for (let i = 1; i <= rounds; i++)
    for (const { model, done } of measured) {
      const [name, , subscriber, countWrong] = model;
      const onProgress = (): void => undefined;
      const round = await timeRound(postmaster, async () => {
        const rebuilt = await rebuild(subscriber, { store, database, onProgress });
        if (rebuilt.events !== events || rebuilt.parked > 0) throw new Error(`${name}: ${JSON.stringify(rebuilt)}`);
        return rebuilt.events;
      });
      const wrong = await countWrong(client);
      if (wrong > 0) throw new Error(`${name}: ${wrong} rows are wrong`);
      console.log(`round ${i}: ${name}: ${Math.round(round.perSecond)} events/s`);
      done.push(round);
    }
  return measured.map(({ model: [name, target], done }) => rowOf(`${name}, ${events} events`, target, done));
}

/** Requests as the product writes them; written by the server, because it is reading them that is measured. */
async function fill(client: Client, from: number, count: number): Promise<void> {
  await client`
    insert into events (stream, revision, id, type, schema_version, data, metadata)
    select 'request-' || id, 0, id, 'ValuationRequested', 1,
      json_build_object('requestId', id, 'characterKey', key, 'characterName', key, 'class', 'interactive',
        'bodyHash', repeat('a', 64))::text,
      json_build_object('correlationId', id, 'causationId', null, 'actor', 'bench',
        'occurredAt', to_char(timestamp '2026-11-22' + n * interval '20 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text
    from (
      select n, gen_random_uuid() as id, '강은호' || floor(power(${CHARACTERS}, random())) as key
      from generate_series(${from}::int, ${from + count - 1}::int) n
    ) request order by n`;
}
