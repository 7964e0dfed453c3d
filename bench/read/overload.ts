import { asking, inTurn, whatIfs } from './asking.ts';
import { WHAT_IF_CHARACTERS } from './characters.ts';
import { requestBytes, type Answer, type FirstBodies } from './connection.ts';
import { closedLoop, openLoop, VoidRun, type Load, type Measured, type NextRequest } from './load.ts';
import { familyMs } from '../processor.ts';
import { pin, unpin, type Stage } from './stage.ts';

const SECONDS = 30;
const TIMES = 3;
/** Questions of the what-if part that are asked a second time. */
const REPEATED = 100;
const UNLOADED_SHARE = 0.3;
const VARIABLES = { SNAPSHOT_FRESH_FOR_SECONDS: '86400', CACHE_L1_MEGABYTES: '1' };

/** What too much is asked of. */
interface Asked {
  readonly next: NextRequest;
  /** What each connection asks once before it is used. */
  readonly beforehand: NextRequest;
  /** Requests that the peak is looked for with: enough to keep the process busy, too few to be refused. */
  readonly peakConnections: number;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly peakSeconds: number;
  readonly calmSeconds: number;
}

const admitted = (answer: Answer): boolean => answer.status === 200;

/** Reads from the database, the cheapest that can be too many. */
export async function measureOverload(stage: Stage, { characters }: { readonly characters: number }) {
  const next = asking(inTurn(characters));
  const seconds = { warmUpSeconds: 5, peakSeconds: 10, calmSeconds: 10 };
  const asked = { next, beforehand: next, peakConnections: 24, connections: 1000, ...seconds };
  return await overloadWith(stage, asked, new Map());
}

/** What-if questions, each with a calculation of its own: the dearest. A second process has to answer some of them alike. */
export async function measureWhatIfOverload(stage: Stage) {
  const first: FirstBodies = new Map();
  const beforehand = asking(inTurn(WHAT_IF_CHARACTERS));
  // Warm is a thread whose memo is full: then each answer lets go of what another has left.
  const seconds = { warmUpSeconds: 50, peakSeconds: 30, calmSeconds: 60 };
  const asked = { next: whatIfs(), beforehand, peakConnections: 2, connections: 200, ...seconds };
  const measured = await overloadWith(stage, asked, first);
  const repeated = await repeat(stage, first);
  return { ...measured, repeated };
}

/** Asks a process that has calculated nothing yet for some of what was answered: a body that differs voids the run. */
async function repeat(stage: Stage, first: FirstBodies): Promise<number> {
  const paths = [...first.keys()].filter((path) => path.includes('?')).slice(-REPEATED);
  let at = 0;
  const next: NextRequest = () => {
    const path = paths[at++ % paths.length] ?? '';
    return { path, bytes: requestBytes(path) };
  };
  const server = await stage.serve(VARIABLES);
  const load = { port: server.port, connections: 1, first, next, expected: admitted };
  const { answers } = await closedLoop({ ...load, seconds: 5 });
  await server.stop();
  return Math.min(answers, paths.length);
}

/**
 * Asks for three times what the process can take; what is refused says so with 503. The process and its database have one
 * core, the generator the other: it must not take from them what they are measured by. The peak is the mean of one before
 * and one after: the machine's speed changes within a minute.
 */
async function overloadWith(stage: Stage, asked: Asked, first: FirstBodies) {
  pin(stage.postgresPid, 0);
  const server = await stage.serve(VARIABLES, 0);
  const load: Omit<Load, 'connections' | 'seconds'> = {
    port: server.port,
    first,
    next: asked.next,
    expected: (answer) => admitted(answer) || answer.status === 503,
    counted: admitted,
  };
  const processorMs = (): number => familyMs(server.pid) + familyMs(stage.postgresPid);
  const { peakConnections: connections } = asked;
  await closedLoop({ ...load, connections, seconds: asked.warmUpSeconds });
  const atFirst = processorMs();
  const peak = await closedLoop({ ...load, connections, seconds: asked.peakSeconds });
  const ofPeakMs = processorMs() - atFirst;
  const capacity = peak.perSecond;
  const open = { ...load, connections: asked.connections, beforehand: asked.beforehand };
  const calm = { ...open, seconds: asked.calmSeconds, perSecond: Math.round(capacity * UNLOADED_SHARE) };
  const unloaded = await openLoop(calm);
  const before = processorMs();
  const overload = await openLoop({ ...open, seconds: SECONDS, perSecond: TIMES * capacity });
  const after = performance.now();
  const costs = costsOf({ peak, ofPeakMs, overload, ofOverloadMs: processorMs() - before });
  const recoveredMs = await untilCalm(calm, { p99: unloaded.p99, since: after });
  const peakAfter = await closedLoop({ ...load, connections, seconds: asked.peakSeconds });
  await server.stop();
  unpin(stage.postgresPid);
  const admittedPerSecond = (overload.perSecond * (overload.statuses[200] ?? 0)) / overload.answers;
  return {
    peak,
    unloaded,
    overload,
    peakAfter,
    goodputOfPeak: Number(((2 * admittedPerSecond) / (peak.perSecond + peakAfter.perSecond)).toFixed(3)),
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
  if (refusal <= 0) throw new VoidRun('refusals cost less than nothing: the machine has become faster since the peak');
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
    if (measured.statuses[503] === undefined && measured.p99 <= 1.5 * p99)
      return Math.max(0, Math.round(began - since));
    if (began - since > 60_000) return Infinity;
  }
}
