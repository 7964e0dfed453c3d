/**
 * An outage and what comes after it, on the compiled program as processes of their own: requests accepted over HTTP while
 * the game API answers 503, a backlog loaded into the log, the drain when the API is back, with the worker killed with
 * SIGKILL at random points, and what the log says of every request in the end. A request without exactly one outcome voids
 * the run before anything is written. Run: `npm run bench:replay [-- --full | --share 0.01]` (of 20,000
 * characters and 2,160,000 requests; by default a twentieth). Needs Linux and quiet. Writes evidence/replay.json.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machine, writeEvidence } from './evidence.ts';
import { storeAnswers } from './read/characters.ts';
import { VoidRun } from './read/load.ts';
import { zipf } from './read/zipf.ts';
import { fileRequests } from './replay/accept.ts';
import { reconcile } from '../src/commands/replay/reconcile.ts';
import { toPosition } from '../src/event-store/event-store.ts';
import { loadBacklog } from './replay/backlog.ts';
import { census, countOutcomes } from './replay/count.ts';
import { measureDrain } from './replay/drain.ts';
import { READ_CHARACTERS, readsOf } from './replay/reads.ts';
import { openSystem, WORKER_SETTINGS, type System } from './replay/system.ts';
import { openOutages, secondsBehind, until } from './replay/watch.ts';

const FULL = { characters: 20_000, requests: 2_160_000 };
const { values } = parseArgs({ options: { full: { type: 'boolean' }, share: { type: 'string', default: '0.05' } } });
const share = values.full === true ? 1 : Number(values.share);
const size = {
  characters: Math.round(FULL.characters * share),
  requests: Math.round(FULL.requests * share),
  ...(share === 1
    ? { kills: 10, acceptSeconds: 60, readSeconds: 30 }
    : { kills: 3, acceptSeconds: 10, readSeconds: 8 }),
};
const SEED = 2160;
const nextCharacter = zipf(size.characters, 1, SEED);

/** The outage begins, and is noticed. */
async function beginOutage(system: System, port: number): Promise<number> {
  await system.standin.fail();
  const { answers } = await fileRequests(port, { seconds: 2, nextCharacter, run: 'first' });
  await until('the outage is noticed', 60, async () => (await openOutages(system.sql)) === 1);
  return answers;
}

/** While nobody can be asked, requests are taken. */
async function accept(system: System, port: number) {
  const before = system.processes.processorMs();
  const filed = await fileRequests(port, { seconds: size.acceptSeconds, nextCharacter, run: 'measured' });
  const behind = await secondsBehind(system.sql);
  const after = system.processes.processorMs();
  const processorMicroseconds = Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, Math.round((1000 * (ms - (before[name] ?? 0))) / filed.answers)]),
  );
  const { perSecond, answers, p50, p99, max } = filed;
  const secondsBehindAtEnd = Math.max(...Object.values(behind));
  return {
    seconds: size.acceptSeconds,
    perSecond,
    answers,
    p50,
    p99,
    max,
    secondsBehindAtEnd,
    behind,
    processorMicroseconds,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { seconds: Number(((performance.now() - began) / 1000).toFixed(2)), result };
}

/** What became of all requests, by the product's reconciliation and by a count of the benchmark's own, which must agree. */
async function reconciled({ store }: System, loaded: string, requests: number) {
  const scope = { mark: loaded, from: '0', windows: [{ since: null, until: null }], characterKeys: null };
  const product = await timed(() => reconcile(store, scope, toPosition(loaded)));
  const { sums } = product.result;
  const counted = await countOutcomes(store);
  const differing = (['expected', 'valued', 'ignored', 'parked', 'missing', 'duplicates', 'orphans'] as const).filter(
    (name) => sums[name] !== counted[name],
  );
  const mismatch = sums.missing + sums.orphans + Math.abs(sums.expected - requests);
  const { duplicates } = sums;
  if (mismatch > 0 || duplicates > 0 || differing.length > 0) {
    const found = { mismatch, duplicates, requests, sums, counted };
    throw new VoidRun(`the log does not have one outcome for each request: ${JSON.stringify(found)}`);
  }
  return { seconds: product.seconds, mismatch, ...sums };
}

async function run(system: System) {
  const { processes, store, stage } = system;
  await storeAnswers(stage.databaseUrl, READ_CHARACTERS);
  const { port } = await processes.start('api', system.startApi);
  await processes.start('projector', system.startProjector);
  await processes.start('worker', system.startWorker);
  const first = await beginOutage(system, port);
  const accepted = await accept(system, port);
  console.log('accepted', JSON.stringify(accepted));
  await processes.end('worker', 'stop');
  await processes.end('projector', 'stop');

  const filed = first + accepted.answers;
  const wanted = Math.max(0, size.requests - filed);
  const requests = filed + wanted;
  const load = await timed(() => loadBacklog(store, { requests: wanted, nextCharacter }));
  if (load.result !== wanted) throw new VoidRun(`${wanted} requests were to be loaded, ${load.result} were`);
  console.log('loaded', JSON.stringify(load));

  const reads = readsOf(port);
  const drain = await measureDrain(system, { ...size, requests, reads: () => reads(size.readSeconds) });
  console.log('drained', JSON.stringify(drain, null, 1));
  const readsAlone = await reads(size.readSeconds);
  const reconciliation = await reconciled(system, drain.loaded, requests);
  console.log('reconciled', JSON.stringify(reconciliation));
  return {
    accepted,
    loadSeconds: load.seconds,
    drain,
    reads: { during: drain.reads, alone: readsAlone, ratio: Number((drain.reads.p99 / readsAlone.p99).toFixed(2)) },
    reconciliation,
    characters: await census(store),
  };
}

const loadBefore = loadavg();
const system = await openSystem();
// A run that fails leaves nothing running.
try {
  const results = await run(system);
  const load = { before: loadBefore, after: loadavg() };
  const measured = { ...size, requests: results.reconciliation.expected };
  writeEvidence('replay', { ...machine(), load, share, size: measured, settings: WORKER_SETTINGS, results });
} finally {
  await system.close();
}
