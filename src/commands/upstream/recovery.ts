import { setTimeout as delay } from 'node:timers/promises';
import type { Executor } from '../../platform/execute.ts';
import type { Logger } from '../../platform/logging.ts';
import type { Circuit } from './circuit.ts';
import type { UpstreamClient } from './client.ts';
import type { Episodes } from './episodes.ts';
import { withinRun } from './job-run.ts';
import { UpstreamError } from './upstream-error.ts';

export interface RecoveryParts {
  readonly circuit: Circuit;
  readonly episodes: Episodes;
  readonly client: Pick<UpstreamClient, 'lookUpOcid'>;
  /** The name that a probe looks up: of somebody who waits, if anybody does. */
  readonly probeName: () => Promise<string>;
  readonly probeIntervalMs: number;
  /** Of all upstream calls of one probe, in ms. */
  readonly upstreamTotalMs: number;
  readonly requestsPerDay: () => number;
  readonly execute: Executor;
  readonly log: Logger;
  readonly now: () => number;
}

const LONGEST_PAUSE_MS = 500;
/** A day of probing costs at most this part of the day's budget. */
const SHARE_OF_A_DAY = 0.2;
const BACK_OFF = 1.5;
const DAY_MS = 86_400_000;

/**
 * Brings the upstream back, in the one process that is elected for it: probes while it is held, then this process alone
 * goes up the ramp, and at its top ends the episode for all. Until the signal aborts.
 */
export async function runRecovery(parts: RecoveryParts, signal: AbortSignal): Promise<void> {
  const { circuit, episodes, execute, probeIntervalMs } = parts;
  const course: Course = { probes: 0, badInRow: 0, nextProbeAt: 0 };
  while (!signal.aborted) {
    await execute('recover upstream', () => step(parts, course, signal), { orDefault: undefined });
    const pause = Math.min(probeIntervalMs / 2, LONGEST_PAUSE_MS);
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
  // The next elected process begins with probes: this one must not be half-way up beside it.
  if (episodes.open) circuit.trip();
}

interface Course {
  probes: number;
  badInRow: number;
  nextProbeAt: number;
}

async function step(parts: RecoveryParts, course: Course, signal: AbortSignal): Promise<void> {
  const { circuit, episodes, log } = parts;
  circuit.tick();
  const setting = circuit.setting;
  if (setting === 'open' && !episodes.open) {
    circuit.trip();
    episodes.noticed({ cause: 'operator', evidence: {}, calls: 0, failures: 0 });
  }
  if (setting === 'auto' && circuit.held()) {
    await probe(parts, course, signal);
    return;
  }
  course.nextProbeAt = parts.now() + parts.probeIntervalMs;
  if (setting === 'open' || !episodes.open) return;
  if (setting === 'auto' && circuit.phase !== 'closed') return;
  await episodes.end(course.probes);
  circuit.release();
  log.info({ probes: course.probes }, 'the upstream is back');
  Object.assign(course, { probes: 0, badInRow: 0 });
}

async function probe(parts: RecoveryParts, course: Course, signal: AbortSignal): Promise<void> {
  const { circuit, client, log } = parts;
  if (parts.now() < course.nextProbeAt) return;
  const name = await parts.probeName();
  const run = { totalMs: parts.upstreamTotalMs, class: 'interactive', signal } as const;
  const answer = await withinRun(run, (options) => client.lookUpOcid(name, { ...options, probe: true })).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (signal.aborted) return;
  // What ended before it reached the upstream says nothing of it; "no such character" is an answer.
  const made = answer === undefined || answer instanceof UpstreamError;
  const good = answer === undefined || (made && answer.class !== 'outage' && answer.class !== 'our-fault');
  if (made) {
    course.probes += 1;
    course.badInRow = good ? 0 : course.badInRow + 1;
    circuit.probed(good);
  }
  course.nextProbeAt = parts.now() + probePause(course.badInRow, parts.probeIntervalMs, parts.requestsPerDay());
  log.info({ good, made, err: answer, nextInMs: course.nextProbeAt - parts.now() }, 'probed the upstream');
}

/**
 * Time to the next probe, in ms: `interval` at first and while probes are good, then longer with each bad one, until a
 * whole day of probing costs a fifth of the day's budget.
 */
export function probePause(badInRow: number, interval: number, requestsPerDay: number): number {
  const longest = Math.max(interval, DAY_MS / (requestsPerDay * SHARE_OF_A_DAY));
  return Math.min(interval * BACK_OFF ** Math.max(0, badInRow - 1), longest);
}
