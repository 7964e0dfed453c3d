import { asking, inTurn } from './asking.ts';
import type { Answer } from './connection.ts';
import { closedLoop, openLoop, type Load, type Measured } from './load.ts';
import { familyMs } from '../processor.ts';
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
  const next = asking(inTurn(characters));
  const load: Omit<Load, 'connections' | 'seconds'> = {
    port: server.port,
    first: new Map(),
    next,
    expected: (answer) => admitted(answer) || answer.status === 503,
    counted: admitted,
  };
  const processorMs = (): number => familyMs(server.pid) + familyMs(stage.postgresPid);
  await closedLoop({ ...load, connections: PEAK_CONNECTIONS, seconds: 5 });
  const atFirst = processorMs();
  const peak = await closedLoop({ ...load, connections: PEAK_CONNECTIONS, seconds: 10 });
  const ofPeakMs = processorMs() - atFirst;
  const capacity = peak.perSecond;
  const open = { ...load, connections: 1000, beforehand: next };
  const calm = { ...open, seconds: 10, perSecond: Math.round(capacity * UNLOADED_SHARE) };
  const unloaded = await openLoop(calm);
  const before = processorMs();
  const overload = await openLoop({ ...open, seconds: SECONDS, perSecond: TIMES * capacity });
  const after = performance.now();
  const costs = costsOf({ peak, ofPeakMs, overload, ofOverloadMs: processorMs() - before });
  const recoveredMs = await untilCalm(calm, { p99: unloaded.p99, since: after });
  await server.stop();
  unpin(stage.postgresPid);
  return {
    peak,
    unloaded,
    overload,
    goodputOfPeak: Number(
      (((overload.statuses[200] ?? 0) / overload.answers) * (overload.perSecond / capacity)).toFixed(3),
    ),
    admittedP99OfUnloaded: Number((overload.p99 / unloaded.p99).toFixed(2)),
    recoveredMs,
    ...costs,
  };
}

/** What an answer and a refusal take of the processor, the database's work included, were an answer as dear as at the peak. */
function costsOf(of: { peak: Measured; ofPeakMs: number; overload: Measured; ofOverloadMs: number }) {
  const answer = of.ofPeakMs / of.peak.answers;
  const { 200: answers = 0, 503: refusals = 0 } = of.overload.statuses;
  const refusal = (of.ofOverloadMs - answer * answers) / refusals;
  return {
    answerMicroseconds: Math.round(1000 * answer),
    refusalMicroseconds: Math.round(1000 * refusal),
  };
}

/** Time until a second of calm load is served without a refusal, at most half again as slowly as before. */
async function untilCalm(
  calm: Parameters<typeof openLoop>[0],
  { p99, since }: { p99: number; since: number },
): Promise<number> {
  for (;;) {
    const measured = await openLoop({ ...calm, seconds: 1 });
    const began = performance.now() - 1000;
    if (measured.statuses[503] === undefined && measured.p99 <= 1.5 * p99) return Math.round(began - since);
    if (began - since > 60_000) return Infinity;
  }
}
