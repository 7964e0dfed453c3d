import { setTimeout as delay } from 'node:timers/promises';
import { controlReplay, type ReplayVerb } from '../../commands/replay/control.ts';
import { Run } from '../../commands/replay/runs.ts';
import { isReconciled } from '../../domain/replay/reconciliation.ts';
import type { Database } from '../../platform/database.ts';
import { REPLAY_LOCK } from '../../platform/read-models/replay.ts';
import { isSessionLocked } from '../../platform/session-lock.ts';
import { CliError } from '../cli-error.ts';
import { withLog, type OpenLog } from '../open-log.ts';
import { author } from './author.ts';
import { requireReconciled, requireWritable, writeCertificate, type CertificateOptions } from './certificate-file.ts';
import { EXIT, usageError } from './exit-codes.ts';

const LOOK_MS = 1000;

const coordinatedIn = (database: Database) => (): Promise<boolean> =>
  database.query((sql) => isSessionLocked(sql, REPLAY_LOCK));

async function lastRun({ store }: OpenLog): Promise<Run> {
  const run = await Run.last(store);
  if (run === undefined) throw usageError('there has been no replay');
  return run;
}

/** `pve replay status`. */
export async function status(options: { watch?: boolean; json?: boolean }): Promise<void> {
  await withLog(async (opened) => {
    const run = await lastRun(opened);
    const json = options.json === true;
    if (options.watch === true) await watchRun(opened, run, { json });
    else await show(opened, run, json);
  });
}

/** Shows a run until it ends or waits for an operator; ends with its exit code. */
export async function watchRun(
  { database }: OpenLog,
  run: Run | undefined,
  { json }: { json: boolean },
): Promise<void> {
  if (run === undefined) return;
  for (;;) {
    await run.refresh();
    const goesOn = await show({ database }, run, json);
    if (!goesOn) break;
    await delay(LOOK_MS);
  }
  const { status: ended, pausedFor } = run.state;
  if (ended === 'completed') {
    if (run.reconciliation === undefined || isReconciled(run.reconciliation)) return;
    throw new CliError(`replay ${run.id} ended with a mismatch`, EXIT.mismatch);
  }
  const poisoned = pausedFor === 'poison-budget';
  throw new CliError(`replay ${run.id} is ${ended}`, poisoned ? EXIT.poisonBudget : EXIT.interrupted);
}

/** Writes one line; answers whether a process goes on with the run. */
async function show({ database }: Pick<OpenLog, 'database'>, run: Run, json: boolean): Promise<boolean> {
  const coordinated = !run.ended && (await coordinatedIn(database)());
  const { progress, pausedFor, status: standing } = run.state;
  const named = standing === 'running' && !coordinated ? 'interrupted' : standing;
  const { characters, scope, upstreamCalls } = run.planned;
  const facts = { id: run.id, status: named, pausedFor, coordinated, characters, upstreamCalls, mark: scope.mark };
  const reconciliation = run.reconciliation ?? null;
  if (json) process.stdout.write(`${JSON.stringify({ ...facts, ...progress, reconciliation })}\n`);
  else {
    const { valued, ignored, parked } = progress;
    const counts = `${valued} valued, ${ignored} ignored, ${parked} parked`;
    process.stdout.write(
      `replay ${run.id}: ${named}, ${valued + ignored + parked} of ${characters} characters: ${counts}\n`,
    );
  }
  return coordinated;
}

/** `pve replay pause` and `cancel`. */
export async function control(verb: Exclude<ReplayVerb, 'resume'>, { json }: { json?: boolean }): Promise<void> {
  await withLog(async (opened) => {
    const { id } = await lastRun(opened);
    const parts = { store: opened.store, author: author(), coordinated: coordinatedIn(opened.database) };
    const { state } = await controlReplay(parts, id, verb);
    process.stdout.write(
      json === true ? `${JSON.stringify({ id, status: state.status })}\n` : `replay ${id} is ${state.status}\n`,
    );
  });
}

/** `pve replay reconcile [ID]`: counts again, changes nothing. */
export async function reconcileRun(id: string | undefined, options: CertificateOptions): Promise<void> {
  await withLog(async (opened) => {
    const run = id === undefined ? await lastRun(opened) : await Run.load(opened.store, id);
    await requireWritable(opened.config, options);
    requireReconciled(await writeCertificate(opened, run, options));
  });
}
