import { readFile } from 'node:fs/promises';
import { beginRun, lockRuns, takeOver, type OwnRun } from '../../commands/replay/apply.ts';
import { coordinate, type CoordinatorEnd } from '../../commands/replay/coordinator.ts';
import { readPlanFile } from '../../commands/replay/plan-file.ts';
import { Run } from '../../commands/replay/runs.ts';
import { UNTAKEN_MS } from '../../commands/replay/untaken.ts';
import { createLiveSignals } from '../../commands/yielding/live-signals.ts';
import { ProblemError } from '../../domain/errors.ts';
import { GAME_API, outageOpen, outageStream } from '../../domain/upstream/outage.ts';
import type { Config } from '../../platform/config.ts';
import { openQueue } from '../../platform/queue.ts';
import { queueBackend } from '../../services.ts';
import { CliError } from '../cli-error.ts';
import { withLog, type OpenLog } from '../open-log.ts';
import { author } from './author.ts';
import { requireReconciled, requireWritable, writeCertificate, type CertificateOptions } from './certificate-file.ts';
import { isConfirmed } from './confirm.ts';
import { EXIT, usageError } from './exit-codes.ts';
import { createProgress } from './progress.ts';
import { watchRun } from './status.ts';

export interface RunOptions extends CertificateOptions {
  readonly poisonBudget?: number;
  /** False with `--no-input`: nothing is asked. */
  readonly input?: boolean;
}

const POISON_BUDGET = 50;
const RESUME = 'go on with "pve replay resume", or give it up with "pve replay cancel"';

/** `pve replay apply PLAN`: coordinates the run of a plan to its end. */
export async function apply(path: string, options: RunOptions): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`cannot read ${path}: ${String(error)}`);
  });
  const file = readPlanFile(text);
  if (file === undefined) throw usageError(`${path} is not a plan, not a whole one, or was changed after it was made`);
  const { characters, upstreamCalls } = file.plan;
  await confirm(`replay ${characters} characters with at most ${upstreamCalls} calls of the game API?`, options);
  await withLog(async (opened) => {
    await requireWritable(opened.config, options);
    const lock = await lockRuns(opened.databaseUrl);
    const parts = { ...opened, author: author() };
    const poisonBudget = options.poisonBudget ?? POISON_BUDGET;
    const begun = beginRun(parts, file, { poisonBudget }).then((own) => finish(opened, { ...own, lock }, options));
    await begun.finally(() => lock.release());
  });
}

/** `pve replay resume`: takes the run over, or tells the coordinator that waits and watches it. */
export async function resume(options: RunOptions): Promise<void> {
  await withLog(async (opened) => {
    const last = await Run.last(opened.store);
    const lock = await lockRuns(opened.databaseUrl).catch((error: unknown) => {
      if (last?.state.status === 'paused') return undefined;
      throw error;
    });
    if (lock === undefined) {
      await last?.write({ kind: 'resume', by: author().actor }, author());
      await watchRun(opened, last, { json: options.json === true });
      return;
    }
    const parts = { ...opened, author: author() };
    const taken = requireWritable(opened.config, options).then(() =>
      takeOver(parts, { poisonBudget: options.poisonBudget }),
    );
    await taken.then((own) => finish(opened, { ...own, lock }, options)).finally(() => lock.release());
  });
}

/** Coordinates to the end, reconciles, signs. */
async function finish(opened: OpenLog, own: OwnRun, options: RunOptions): Promise<void> {
  await drained((drain) => toTheEnd(opened, own, { ...options, drain }));
}

type DrainedOptions = RunOptions & { readonly drain: AbortSignal };

async function toTheEnd(opened: OpenLog, own: OwnRun, options: DrainedOptions): Promise<void> {
  const { run, coordinator } = own;
  const end = await work(opened, own, options);
  if (end !== 'done') throw stopped(end, run);
  const certificate = await writeCertificate(opened, run, options);
  const { sums: reconciliation } = certificate.statement;
  const complete = { kind: 'complete', coordinator, progress: run.state.progress, reconciliation } as const;
  await run.write(complete, author()).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'conflict') throw error;
    throw stopped(run.state.status === 'cancelled' ? 'cancelled' : 'lock-lost', run);
  });
  requireReconciled(certificate);
}

/** Does something to its end when it is interrupted once, and leaves it at once the second time. */
async function drained(doing: (drain: AbortSignal) => Promise<void>): Promise<void> {
  const drain = new AbortController();
  const interrupt = (): void => {
    if (drain.signal.aborted) {
      process.stderr.write(`\npve: stopped at once: ${RESUME}\n`);
      process.exit(EXIT.interrupted);
    }
    process.stderr.write('\npve: waiting for what is under way; interrupt again to stop at once\n');
    drain.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  await doing(drain.signal).finally(() => process.off('SIGINT', interrupt).off('SIGTERM', interrupt));
}

async function work(
  opened: OpenLog,
  { run, coordinator, lock }: OwnRun,
  { json, drain }: DrainedOptions,
): Promise<CoordinatorEnd> {
  const { config, store, database, databaseUrl, log } = opened;
  const queue = openQueue(queueBackend(config, databaseUrl), log);
  const progress = createProgress({ json: json === true, untakenHint: untakenHint(config) });
  // Errors short of an outage are the workers' to see: they make the calls.
  const upstreamErrorRatio = async (): Promise<number> =>
    outageOpen(await store.readLast(outageStream(GAME_API))) ? 1 : 0;
  const signals = createLiveSignals({ database, upstreamErrorRatio });
  const perSecond = (): number => config.REPLAY_REQUESTS_PER_SECOND;
  const parts = { store, database, queue, signals, perSecond, author: author() };
  const onNobodyWorks = (): void => {
    process.stderr.write('pve: no worker has taken notice: is "pve serve" running? waiting\n');
  };
  const watched = { coordinator, drain, lost: lock.lost, onLook: progress.show, onNobodyWorks };
  // The terminal and the queue are given back however it ends.
  try {
    return await coordinate(parts, run, watched);
  } finally {
    progress.end();
    await queue.close();
  }
}

/** Never with the password that an address may hold. */
function untakenHint({ REDIS_URL }: Config): string {
  const redis = REDIS_URL === undefined ? undefined : new URL(REDIS_URL);
  const here = redis === undefined ? 'not set: the queue is in PostgreSQL' : redis.host + redis.pathname;
  const asked = 'is a "pve serve" with the role worker running, and with the same REDIS_URL?';
  return `no job of this run has been taken for ${UNTAKEN_MS / 1000} s: ${asked} Here it is ${here}. Waiting`;
}

function stopped(end: Exclude<CoordinatorEnd, 'done'>, { id, state }: Run): CliError {
  switch (end) {
    case 'interrupted':
      return new CliError(`replay ${id} is paused: ${RESUME}`, EXIT.interrupted);
    case 'lock-lost':
      return new CliError(`replay ${id}: this process has lost its connection; ${RESUME}`, EXIT.interrupted);
    case 'cancelled':
      return new CliError(`replay ${id} was cancelled: what is left is worked off as usual`, EXIT.interrupted);
    case 'poison-budget': {
      const parked = `${state.progress.parked} characters parked, ${state.poisonBudget} allowed`;
      return new CliError(
        `replay ${id} is paused: ${parked}; look at "pve parked list", then "pve replay resume --poison-budget N"`,
        EXIT.poisonBudget,
      );
    }
  }
}

async function confirm(question: string, { input, json }: RunOptions): Promise<void> {
  if (input === false || json === true || !process.stdin.isTTY || !process.stdout.isTTY) return;
  if (!(await isConfirmed(question, process.stdin, process.stdout))) throw usageError('not applied');
}
