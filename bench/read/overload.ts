import { asking, inTurn } from './asking.ts';
import type { Answer } from './connection.ts';
import { closedLoop, openLoop, type Load } from './load.ts';
import { pin, unpin, type Stage } from './stage.ts';

const SECONDS = 30;
const TIMES = 3;
/** Requests that the peak is looked for with: enough to keep the database busy, too few to be refused. */
const PEAK_CONNECTIONS = 24;
const UNLOADED_SHARE = 0.3;

/**
 * Reads from the database at three times what the process can take; what is refused says so with 503. The process and its
 * database have one core, the generator the other: it must not take from them what they are measured by.
 */
export async function measureOverload(stage: Stage, { characters }: { readonly characters: number }) {
  pin(stage.postgresPid, 0);
  const server = await stage.serve({ SNAPSHOT_FRESH_FOR_SECONDS: '86400', CACHE_L1_MEGABYTES: '1' }, 0);
  const admitted = (answer: Answer): boolean => answer.status === 200;
  const load: Omit<Load, 'connections' | 'seconds'> = {
    port: server.port,
    first: new Map(),
    next: asking(inTurn(characters)),
    expected: (answer) => admitted(answer) || answer.status === 503,
    counted: admitted,
  };
  const goodput = (statuses: Readonly<Record<string, number>>, seconds: number) => (statuses[200] ?? 0) / seconds;
  await closedLoop({ ...load, connections: PEAK_CONNECTIONS, seconds: 5 });
  const peak = await closedLoop({ ...load, connections: PEAK_CONNECTIONS, seconds: 10 });
  const capacity = peak.perSecond;
  const calm = { ...load, connections: 1000, seconds: 10, perSecond: Math.round(capacity * UNLOADED_SHARE) };
  const unloaded = await openLoop(calm);
  const overload = await openLoop({ ...load, connections: 1000, seconds: SECONDS, perSecond: TIMES * capacity });
  const after = performance.now();
  const recoveredMs = await untilCalm(calm, { p99: unloaded.p99, since: after });
  await server.stop();
  unpin(stage.postgresPid);
  return {
    peak,
    unloaded,
    overload,
    goodputOfPeak: Number((goodput(overload.statuses, overload.answers / overload.perSecond) / capacity).toFixed(3)),
    admittedP99OfUnloaded: Number((overload.p99 / unloaded.p99).toFixed(2)),
    recoveredMs,
  };
}

/** Time until a second of calm load is served without a refusal, at most half again as slowly as before. */
async function untilCalm(
  calm: Parameters<typeof openLoop>[0],
  { p99, since }: { p99: number; since: number },
): Promise<number> {
  for (;;) {
    const began = performance.now();
    const measured = await openLoop({ ...calm, seconds: 1 });
    if (measured.statuses[503] === undefined && measured.p99 <= 1.5 * p99) return Math.round(began - since);
    if (began - since > 60_000) return Infinity;
  }
}
