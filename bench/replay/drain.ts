import { setTimeout as delay } from 'node:timers/promises';
import { VoidRun, type Measured } from '../read/load.ts';
import { WORKER_CONCURRENCY, type System } from './system.ts';
import { caughtUp, firstSettlementAfter, headOf, Settlements, until } from './watch.ts';

/** A worker killed with SIGKILL. */
interface Kill {
  readonly settledCharacters: number;
  readonly activeJobs: number;
  /** From the kill until the next settlement, the restart included. */
  readonly resumedSeconds: number;
}

interface DrainWishes {
  readonly characters: number;
  readonly requests: number;
  readonly kills: number;
  /** Reads while the drain goes on. */
  readonly reads: () => Promise<Measured>;
}

/** When the reads begin: the drain is at its full rate. */
const READS_FROM = 0.15;
const MOST_SECONDS = 3600;

/** The API is back: from that moment on until nothing is pending and every answer can be read. */
export async function measureDrain(system: System, wishes: DrainWishes) {
  const { sql, standin, processes } = system;
  const loaded = await headOf(sql);
  const settlements = new Settlements(system.store, loaded);
  await standin.resetStats();
  processes.resetResident();
  const before = processes.processorMs();
  const beganAt = Date.now();
  await standin.heal();
  await Promise.all([
    processes.start('projector', system.startProjector),
    processes.start('worker', system.startWorker),
  ]);
  const ended = new AbortController();
  const following = settlements.follow(ended.signal);
  const measuring = measureWhile(system, settlements, wishes, loaded).finally(() => ended.abort());
  const [measured] = await Promise.all([measuring, following]);
  const projectedAt = Date.now();
  return {
    /** The last request of the backlog. */
    loaded: String(loaded),
    ...rates(wishes, { settled: settlements.last - beganAt, projected: projectedAt - beganAt }),
    firstSettledSeconds: seconds(measured.firstAt - beganAt),
    settlements: settlements.events,
    requestsPerSettlement: Number((wishes.requests / settlements.events).toFixed(1)),
    kills: measured.kills,
    reads: measured.reads,
    upstream: await upstreamCalls(system, wishes),
    residentMiB: processes.residentMiB(),
    processorMsPerCharacter: perCharacter(before, processes.processorMs(), wishes.characters),
  };
}

async function measureWhile(system: System, settlements: Settlements, wishes: DrainWishes, loaded: bigint) {
  const { sql } = system;
  await settlements.reached(1);
  const firstAt = settlements.last;
  const killing = (async () => {
    const kills: Kill[] = [];
    for (const point of killPoints(wishes)) kills.push(await killAt(system, settlements, point));
    return kills;
  })();
  const reading = settlements.reached(wishes.characters * READS_FROM).then(wishes.reads);
  const [kills, reads] = await Promise.all([killing, reading]);
  await until('nothing is pending', MOST_SECONDS, async () => {
    const [row] = await sql<[{ pending: boolean }]>`
      select exists (select from backlog_view)
        or exists (select from subscription_checkpoint where name = 'backlog' and position < ${loaded}) as pending`;
    return !row.pending && settlements.characters >= wishes.characters;
  });
  await caughtUp(sql, MOST_SECONDS);
  return { firstAt, kills, reads };
}

/** One point in each stretch of the run, in settled characters. */
function killPoints({ kills, characters }: DrainWishes): number[] {
  return Array.from(
    { length: kills },
    (_, index) => Math.floor(((index + Math.random()) / kills) * 0.95 * characters) + 1,
  );
}

/** Kills the worker when so many characters are settled, at a moment when it is at work, and starts it again at once. */
async function killAt(system: System, settlements: Settlements, characters: number): Promise<Kill> {
  const { sql, processes, jobs } = system;
  await settlements.reached(characters);
  const settledCharacters = settlements.characters;
  while ((await jobs.count()) === 0) await delay(5);
  const killedAt = Date.now();
  await processes.end('worker', 'kill');
  // A job of a dead worker stays active until another takes it over: what is counted now was under way then.
  const [head, activeJobs] = await Promise.all([headOf(sql), jobs.count()]);
  if (activeJobs === 0) throw new VoidRun('the worker was killed when it had nothing to do');
  await processes.start('worker', system.startWorker);
  let settledAt = await firstSettlementAfter(sql, head);
  while (settledAt === undefined) {
    await delay(20);
    settledAt = await firstSettlementAfter(sql, head);
  }
  const kill = { settledCharacters, activeJobs, resumedSeconds: seconds(settledAt - killedAt) };
  console.log('killed', JSON.stringify(kill));
  return kill;
}

function rates({ characters, requests }: DrainWishes, ms: { settled: number; projected: number }) {
  return {
    settledSeconds: seconds(ms.settled),
    projectedSeconds: seconds(ms.projected),
    requestsPerSecond: Math.round((1000 * requests) / ms.settled),
    charactersPerSecond: Number(((1000 * characters) / ms.projected).toFixed(1)),
    requestsPerCharacter: Number((requests / characters).toFixed(1)),
  };
}

async function upstreamCalls({ standin }: System, { characters, kills }: DrainWishes) {
  const { calls, bytesSent } = await standin.stats();
  const equipmentFetches = calls['character/item-equipment'];
  const mostAllowed = characters + kills * WORKER_CONCURRENCY;
  return { ...calls, equipmentFetches, mostAllowed, bytesPerFetch: Math.round(bytesSent / equipmentFetches) };
}

function perCharacter(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  characters: number,
) {
  const entries = Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)] as const);
  const all = [...entries, ['together', entries.reduce((sum, [, ms]) => sum + ms, 0)] as const];
  return Object.fromEntries(all.map(([name, ms]) => [name, Number((ms / characters).toFixed(2))]));
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}
