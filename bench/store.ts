/**
 * Measures the PostgreSQL event store on a server of its own (fsync on) and writes evidence/store.json.
 * Run: npx tsx bench/store.ts [seconds per round, default 5]
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { START } from '../src/event-store/event-store.ts';
import type { EventStore, NewEvent, StreamAppend } from '../src/event-store/event-store.ts';
import { createGroupAppend } from '../src/event-store/group-append.ts';
import { createPostgresEventStore } from '../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../src/platform/database.ts';
import type { Database } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts';
import { migrate } from '../src/platform/migrate.ts';
import { machine, writeEvidence } from './evidence.ts';

const SECONDS = Number(process.argv[2] ?? 5);
const ROUNDS = 3;

interface Row {
  readonly name: string;
  readonly target: number | null;
  /** Events per second: the median of the rounds, and all of them. */
  readonly perSecond: number;
  readonly rounds: readonly number[];
  /** Processor time per event in microseconds, of this process and of the server: steadier on a busy machine. */
  readonly clientMicroseconds: number;
  readonly serverMicroseconds: number;
}

type Round = Omit<Row, 'name' | 'target' | 'rounds'>;

function event(): NewEvent {
  const id = randomUUID();
  return {
    id,
    type: 'ValuationRequested',
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

/** Processor time that the server and its backends have used so far, in microseconds (Linux: a tick is 10 ms). */
function serverMicroseconds(postmaster: number): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      // A process may end between the listing and the look.
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
          .map(Number);
        return fields[1] === postmaster || Number(pid) === postmaster ? (fields[11] ?? 0) + (fields[12] ?? 0) : 0;
      } catch {
        return 0;
      }
    });
  return ticks.reduce((sum, one) => sum + one, 0) * 10_000;
}

/** Runs `work` (one call gives the number of its events) from many writers for a round. */
async function round(postmaster: number, writers: number, work: () => Promise<number>): Promise<Round> {
  const server = serverMicroseconds(postmaster);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const until = started + SECONDS * 1000;
  let events = 0;
  const write = async () => {
    while (performance.now() < until) {
      // Not `events += await …`: that would add to what the sum was before the wait.
      const done = await work();
      events += done;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (events / (performance.now() - started)) * 1000,
    clientMicroseconds: (user + system) / events,
    serverMicroseconds: (serverMicroseconds(postmaster) - server) / events,
  };
}

async function readAll(store: EventStore, limit: number): Promise<number> {
  let events = 0;
  for (let after = START; ;) {
    const slice = await store.readAll({ after, limit });
    if (slice.through === after) return events;
    events += slice.events.length;
    after = slice.through;
  }
}

/** Catch-up of a subscription over the whole log. */
async function catchUp(store: EventStore): Promise<number> {
  const head = await store.head();
  const abort = new AbortController();
  let events = 0;
  await store.subscribe({ after: START, signal: abort.signal }, (slice) => {
    events += slice.events.length;
    if (slice.through >= head) abort.abort();
    return Promise.resolve();
  });
  return events;
}

type Case = readonly [name: string, target: number | null, writers: number, work: () => Promise<number>];

function cases(store: EventStore): readonly Case[] {
  const group = createGroupAppend(store);
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
    ['single appends, 32 writers, group commit', 7000, 32, () => group(append(1)).then(() => 1)],
    ['batches of 500 streams, 4 writers', 35_000, 4, many],
    ['batches of 500 events of one stream, 4 writers', 35_000, 4, () => one(500)],
    ['read all, slices of 500', 150_000, 1, () => readAll(store, 500)],
    ['read all, slices of 2000', 150_000, 1, () => readAll(store, 2000)],
    ['catch-up of one subscription', 150_000, 1, () => catchUp(store)],
  ];
}

async function measure(store: EventStore, postmaster: number): Promise<Row[]> {
  const measured = cases(store).map((one) => ({ one, rounds: [] as Round[] }));
  for (let i = 1; i <= ROUNDS; i++)
    for (const { one, rounds } of measured) {
      const [name, , writers, work] = one;
      const done = await round(postmaster, writers, work);
      rounds.push(done);
      console.log(`round ${i}: ${name}: ${Math.round(done.perSecond)} events/s`);
    }
  return measured.map(({ one: [name, target], rounds }) => ({
    name,
    target,
    perSecond: Math.round(median(rounds.map((one) => one.perSecond))),
    clientMicroseconds: Number(median(rounds.map((one) => one.clientMicroseconds)).toFixed(1)),
    serverMicroseconds: Number(median(rounds.map((one) => one.serverMicroseconds)).toFixed(1)),
    rounds: rounds.map((one) => Math.round(one.perSecond)),
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function environment(database: Database, loadBefore: readonly number[]) {
  const [server] = await database.query(
    (sql) => sql`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('shared_buffers') as shared_buffers,
      (select count(*)::int from events) as events, pg_size_pretty(pg_total_relation_size('events')) as size`,
  );
  return {
    ...machine(),
    /** Runnable processes averaged over 1, 5 and 15 minutes: more than the cores before means a machine shared with others. */
    load: { before: loadBefore, after: loadavg() },
    postgres: server,
    secondsPerRound: SECONDS,
  };
}

const loadBefore = loadavg();
const dataDir = await mkdtemp(join(tmpdir(), 'pve-bench-'));
const log = pino({ level: 'warn' });
const server = await startEmbeddedPostgres({ dataDir, log });
await migrate(server.url, { log });
const database = openDatabase({ url: server.url, applicationName: 'bench', poolSize: 32 });
const store = createPostgresEventStore({ database, url: server.url });
const results = await measure(store, server.pid());
writeEvidence('store', { ...(await environment(database, loadBefore)), results });
console.table(results, ['name', 'target', 'perSecond', 'clientMicroseconds', 'serverMicroseconds']);
await store.close();
await database.close();
await server.stop();
await rm(dataDir, { recursive: true, force: true });
