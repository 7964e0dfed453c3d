import { randomUUID, type KeyObject } from 'node:crypto';
import { derivedId } from '../../domain/ids.ts';
import type { EventStore } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import { REPLAY_LOCK } from '../../platform/read-models/replay.ts';
import { trySessionLock, type SessionLock } from '../../platform/session-lock.ts';
import { certify, type Certificate } from './certificate.ts';
import type { PlanFile } from './plan-file.ts';
import { reconcile } from './reconcile.ts';
import { ReplayRefusal } from './refusal.ts';
import { Run, type Author } from './runs.ts';
import { sameCharacters, selectCharacters } from './selection.ts';

interface Parts {
  readonly store: EventStore;
  readonly database: Database;
  readonly author: Author;
}

/** A run that this process coordinates until it releases the lock. */
export interface OwnRun {
  readonly run: Run;
  readonly coordinator: string;
  readonly lock: SessionLock;
}

/** Takes the lock of all runs. Throws `ReplayRefusal` `locked`. */
export async function lockRuns(databaseUrl: string): Promise<SessionLock> {
  const lock = await trySessionLock(databaseUrl, REPLAY_LOCK);
  if (lock === undefined) throw new ReplayRefusal('locked', 'another process coordinates a replay');
  return lock;
}

/**
 * Begins the run of a plan, if the backlog is still what the plan was made for. Throws `ReplayRefusal`: `locked` while
 * another run has not ended, `drifted` when the plan no longer fits; nothing is written then.
 */
export async function beginRun(
  parts: Parts,
  file: PlanFile,
  options: { poisonBudget: number },
): Promise<Omit<OwnRun, 'lock'>> {
  const { store, database, author } = parts;
  const { plan, hash } = file;
  const last = await Run.last(store);
  const id = derivedId('replay', hash);
  if (last?.id === id && last.ended) throw new ReplayRefusal('drifted', 'this plan has been applied before');
  if (last?.ended === false)
    throw new ReplayRefusal('locked', `replay ${last.id} has not ended: resume or cancel it first`);
  if (plan.storeId !== (await store.storeId()))
    throw new ReplayRefusal('drifted', 'this plan was made for another log');
  const keys = await selectCharacters(database, plan.scope);
  if (!sameCharacters(keys, plan)) {
    const now = `${plan.characters} characters were planned, ${keys.length} are pending now`;
    throw new ReplayRefusal('drifted', `the backlog is not what it was: ${now}; make a new plan`);
  }
  const coordinator = randomUUID();
  const { scope, characters, upstreamCalls } = plan;
  const planned = { kind: 'plan', planHash: hash, scope, characters, upstreamCalls, by: author.actor } as const;
  const started = { kind: 'start', coordinator, poisonBudget: options.poisonBudget } as const;
  return { run: await Run.begin(store, id, { commands: [planned, started], author }), coordinator };
}

/** Takes over the run that has not ended. Throws `ReplayRefusal` `nothing` when there is none. */
export async function takeOver(
  { store, author }: Parts,
  options: { poisonBudget: number | undefined },
): Promise<Omit<OwnRun, 'lock'>> {
  const run = await Run.last(store);
  if (run === undefined || run.ended) throw new ReplayRefusal('nothing', 'there is no replay to resume');
  const coordinator = randomUUID();
  const poisonBudget = options.poisonBudget ?? run.state.poisonBudget;
  await run.write({ kind: 'take-over', by: author.actor, coordinator, poisonBudget }, author);
  return { run, coordinator };
}

/** Counts in the log what became of a run, and signs it. */
export async function certifyRun(
  store: EventStore,
  run: Run,
  signing: { key: KeyObject; now: Date },
): Promise<Certificate> {
  const { scope, planHash } = run.planned;
  const reconciled = await reconcile(store, scope, run.plannedAt);
  const about = { replayId: run.id, planHash, storeId: await store.storeId(), mark: scope.mark };
  return certify(about, reconciled, signing);
}
