/**
 * Measures the PostgreSQL event store and rebuilds of read models on servers of their own (fsync on) and writes
 * evidence/store.json. A wrong count or content ends it: nothing is written then.
 * Run: npx tsx bench/store.ts [--seconds 5] [--full] [appends-and-reads | rebuilds]; seconds per round; full: rebuilds from
 * 2,160,000 events, which takes minutes.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { START } from '../src/event-store/event-store.ts';
import type { EventStore, NewEvent, RecordedEvent, StreamAppend } from '../src/event-store/event-store.ts';
import { createPostgresEventStore } from '../src/event-store/postgres/postgres-event-store.ts';
import { openClient } from '../src/platform/database-client.ts';
import type { Client } from '../src/platform/database-client.ts';
import { openDatabase } from '../src/platform/database.ts';
import type { Database } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts';
import { migrate } from '../src/platform/migrate.ts';
import { machine, readEvidence, writeEvidence } from './evidence.ts';
import { measureRebuilds } from './store/rebuild.ts';
import { rowOf, timeRound } from './store/round.ts';
import type { Round, Row } from './store/round.ts';

const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '5' }, full: { type: 'boolean', default: false } },
});
const SECONDS = Number(options.seconds);
const ROUNDS = 3;
const TYPE = 'ValuationRequested';
/** The outage that rebuilds are measured by; a smaller one where minutes are not wanted. */
const [FULL, SAMPLE] = [2_160_000, 100_000];

function event(): NewEvent {
  const id = randomUUID();
  return {
    id,
    type: TYPE,
    schemaVersion: 1,
    data: {
      requestId: id,
      characterKey: '강은호',
      characterName: '강은호',
      class: 'interactive',
      bodyHash: 'a'.repeat(64),
    },
    metadata: { correlationId: id, causationId: null, actor: 'bench', occurredAt: new Date().toISOString() },
  };
}

function append(events: number): StreamAppend {
  return {
    stream: `request-${randomUUID()}`,
    expectedRevision: 'no-stream',
    events: Array.from({ length: events }, event),
  };
}

/** Runs `work` (one call gives the number of its events) from many writers for a round. */
function round(postmaster: number, writers: number, work: () => Promise<number>): Promise<Round> {
  return timeRound(postmaster, async () => {
    const until = performance.now() + SECONDS * 1000;
    let events = 0;
    const write = async () => {
      while (performance.now() < until) {
        // Not `events += await …`: that would add to what the sum was before the wait.
        const done = await work();
        events += done;
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
    return events;
  });
}

/** Counts events; throws where one is not what was written. */
function check(events: readonly RecordedEvent[]): number {
  for (const { id, type, data, metadata } of events)
    if ((data as { requestId?: string }).requestId !== id || metadata.correlationId !== id || type !== TYPE)
      throw new Error(`event ${id} is not what was written`);
  return events.length;
}

async function readAll(store: EventStore, limit: number): Promise<number> {
  let events = 0;
  for (let after = START; ;) {
    const slice = await store.readAll({ after, limit });
    if (slice.through === after) return events;
    events += check(slice.events);
    after = slice.through;
  }
}

/** Catch-up of a subscription over the whole log. */
async function catchUp(store: EventStore): Promise<number> {
  const head = await store.head();
  const abort = new AbortController();
  let events = 0;
  await store.subscribe({ after: START, signal: abort.signal }, (slice) => {
    events += check(slice.events);
    if (slice.through >= head) abort.abort();
    return Promise.resolve();
  });
  return events;
}

type Case = readonly [name: string, target: number, writers: number, work: () => Promise<number>];

function cases(store: EventStore): readonly Case[] {
  const many = async () => {
    const outcomes = await store.appendMany(Array.from({ length: 500 }, () => append(1)));
    if (outcomes.some((outcome) => outcome.status === 'failed')) throw new Error('an append failed');
    return 500;
  };
  const one = async (size: number) => {
    const { stream, expectedRevision, events } = append(size);
    await store.append(stream, expectedRevision, events);
    return size;
  };
  return [
    ['single appends, 32 writers', 7000, 32, () => one(1)],
    ['batches of 500 streams, 4 writers', 35_000, 4, many],
    ['batches of 500 events of one stream, 4 writers', 35_000, 4, () => one(500)],
    ['read all, slices of 500', 150_000, 1, () => readAll(store, 500)],
    ['read all, slices of 2000', 150_000, 1, () => readAll(store, 2000)],
    ['catch-up of one subscription', 150_000, 1, () => catchUp(store)],
  ];
}

async function measureStore({ store, client, postmaster }: Stage): Promise<Row[]> {
  const measured = cases(store).map((one) => ({ one, rounds: [] as Round[] }));
  let written = 0;
  for (let i = 1; i <= ROUNDS; i++)
    for (const { one, rounds } of measured) {
      const [name, , writers, work] = one;
      let [calls, events] = [0, 0];
      const done = await round(postmaster, writers, async () => {
        const count = await work();
        calls++;
        events += count;
        return count;
      });
      const isRead = writers === 1;
      if (!isRead) written += events;
      else if (events !== calls * written) throw new Error(`${name}: ${events} events in ${calls} reads of ${written}`);
      rounds.push(done);
      console.log(`round ${i}: ${name}: ${Math.round(done.perSecond)} events/s`);
    }
  const [row] = await client<[{ stored: number }]>`select count(*)::int as stored from events`;
  if (row.stored !== written) throw new Error(`${written} events were acknowledged, ${row.stored} are stored`);
  return measured.map(({ one: [name, target], rounds }) => rowOf(name, target, rounds));
}

function measureRebuilding(stage: Stage): Promise<Row[]> {
  return options.full ? measureRebuilds(stage, FULL, 1) : measureRebuilds(stage, SAMPLE, ROUNDS);
}

/** A server with an empty log. */
interface Stage {
  readonly store: EventStore;
  readonly database: Database;
  /** The same database without deadlines. */
  readonly client: Client;
  readonly postmaster: number;
}

async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pve-bench-'));
  const log = pino({ level: 'warn' });
  const server = await startEmbeddedPostgres({ dataDir, log });
  await migrate(server.url, { log });
  const database = openDatabase({ url: server.url, applicationName: 'bench', poolSize: 32 });
  const store = createPostgresEventStore({ database, url: server.url });
  const client = openClient(server.url, { max: 1 });
  const result = await work({ store, database, client, postmaster: server.pid() });
  await store.close();
  await client.end();
  await database.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  return result;
}

async function environment({ client }: Stage, loadBefore: readonly number[]) {
  const [server] = await client`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('shared_buffers') as shared_buffers,
      (select count(*)::int from events) as events, pg_size_pretty(pg_total_relation_size('events')) as size`;
  return {
    ...machine(),
    /** Runnable processes averaged over 1, 5 and 15 minutes: more than the cores before means a machine shared with others. */
    load: { before: loadBefore, after: loadavg() },
    postgres: server,
  };
}

const parts = { 'appends-and-reads': measureStore, rebuilds: measureRebuilding };
const results = chosen.length === 0 ? {} : readEvidence('store').results;
for (const [name, measure] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const loadBefore = loadavg();
  results[name] = await onStage(async (stage) => {
    const rows = await measure(stage);
    console.table(rows, ['name', 'target', 'perSecond', 'clientMicroseconds', 'serverMicroseconds']);
    return { rows, measured: await environment(stage, loadBefore) };
  });
}
writeEvidence('store', { ...machine(), secondsPerRound: SECONDS, results });
