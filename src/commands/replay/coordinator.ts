import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '../../domain/errors.ts';
import { readEvent } from '../../domain/events.ts';
import type { ReplayProgress } from '../../domain/replay/run.ts';
import { settlementStream, type SettlementEvent } from '../../domain/valuation-request/settlement.ts';
import { listCheckpoints } from '../../event-store/checkpoints.ts';
import type { EventStore } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import type { ValuationQueue } from '../../platform/queue.ts';
import { replayJobs, stillPending } from '../../platform/read-models/replay.ts';
import type { LiveSignals } from '../yielding/live-signals.ts';
import { isOutage, Pace } from './pace.ts';
import type { Author, Run } from './runs.ts';
import { selectCharacters } from './selection.ts';
import { createUntaken } from './untaken.ts';

export interface CoordinatorParts {
  readonly store: Pick<EventStore, 'readLast'>;
  readonly database: Database;
  readonly queue: Pick<ValuationQueue, 'add' | 'waiting'>;
  readonly signals: LiveSignals;
  /** Characters per second at most; 0: none. */
  readonly perSecond: () => number;
  readonly author: Author;
}

/** What somebody who watches a run sees. */
export interface RunView {
  readonly status: string;
  readonly progress: ReplayProgress;
  readonly total: number;
  readonly underWay: number;
  /** Characters per second that are handed out now. */
  readonly rate: number;
  /** The game API is out: nothing is handed out until it is back. */
  readonly outage: boolean;
  /** For some time no worker has taken anything of what is under way. */
  readonly untaken: boolean;
}

export interface CoordinateOptions {
  /** The fencing token of this coordinator. */
  readonly coordinator: string;
  /** Aborts when no more is to be handed out: what is under way ends, then the run is paused. */
  readonly drain: AbortSignal;
  /** Aborts when this process no longer has the lock of all runs. */
  readonly lost: AbortSignal;
  readonly onLook: (view: RunView) => void;
  /** Called once when no dispatcher has seen the run for 5 s: there may be no worker. */
  readonly onNobodyWorks: () => void;
}

/** How a coordinator's work ends: nothing is left; or before. `lock-lost`: the run is another's, or nobody's. */
export type CoordinatorEnd = 'done' | 'interrupted' | 'poison-budget' | 'cancelled' | 'lock-lost';

/** Characters of a range, and how many may be under way: two ranges, so that live traffic never waits behind more. */
const RANGE = 200;
const UNDER_WAY = 2 * RANGE;
const TICK_MS = 200;
const ADAPT_MS = 1000;
const CHECKPOINT_MS = 5000;
/** A job that is not done by then may be lost: it is added again, which changes nothing where it is not. */
const ADD_AGAIN_MS = 5000;
/** A dispatcher that runs has seen a run by then. */
const DISPATCHER_MS = 5000;

/**
 * Works off a run: hands its characters to the workers range by range, and counts what becomes of them. Each character's
 * settlement is its own checkpoint, so whatever is killed, what is left is what is still pending.
 */
export async function coordinate(
  parts: CoordinatorParts,
  run: Run,
  options: CoordinateOptions,
): Promise<CoordinatorEnd> {
  await dispatcherKnows(parts, run, options);
  const keys = await selectCharacters(parts.database, run.planned.scope);
  return await new Coordinator(parts, run, options).work(keys);
}

/** Waits until the dispatcher has seen the run: until then it may queue the same characters. */
async function dispatcherKnows({ database }: CoordinatorParts, run: Run, options: CoordinateOptions): Promise<void> {
  const { drain, onNobodyWorks } = options;
  const warning = setTimeout(onNobodyWorks, DISPATCHER_MS);
  while (!drain.aborted) {
    const checkpoints = await database.query(listCheckpoints);
    if (checkpoints.some(({ name, position }) => name === 'backlog' && position >= run.plannedAt)) break;
    await delay(TICK_MS, undefined, { signal: drain }).catch(() => undefined);
  }
  clearTimeout(warning);
}

class Coordinator {
  readonly #parts: CoordinatorParts;
  readonly #run: Run;
  readonly #options: CoordinateOptions;
  readonly #mark: bigint;
  readonly #pace: Pace;
  readonly #isUntaken: ReturnType<typeof createUntaken>;
  /** When each was last added, in ms of `performance.now()`. */
  readonly #underWay = new Map<string, number>();
  readonly #last = { adapted: 0, checkpoint: performance.now() };
  #progress: ReplayProgress;
  #keys: readonly string[] = [];
  #next = 0;
  #outage = false;
  #untaken = false;

  constructor(parts: CoordinatorParts, run: Run, options: CoordinateOptions) {
    this.#parts = parts;
    this.#run = run;
    this.#options = options;
    this.#mark = BigInt(run.planned.scope.mark);
    this.#pace = new Pace(parts.perSecond, performance.now());
    this.#isUntaken = createUntaken({ waiting: () => parts.queue.waiting(), now: () => performance.now() });
    this.#progress = run.state.progress;
  }

  async work(keys: readonly string[]): Promise<CoordinatorEnd> {
    this.#keys = keys;
    for (;;) {
      const end = await this.#step().catch((error: unknown) => this.#carryOn(error));
      if (end !== undefined) return end;
      await delay(TICK_MS);
    }
  }

  /** Everything in it may be done again. */
  async #step(): Promise<CoordinatorEnd | undefined> {
    await this.#run.refresh();
    await this.#look();
    await this.#checkpoint();
    const end = this.#end();
    if (end !== undefined) {
      this.#options.onLook(this.#view());
      return await this.#leave(end);
    }
    if (this.#mayHandOut()) await this.#handOut();
    await this.#adapt();
    this.#options.onLook(this.#view());
    return undefined;
  }

  /** A database that was busy for a moment ends no run; one that is gone has taken the lock along. */
  #carryOn(error: unknown): CoordinatorEnd | undefined {
    if (!(error instanceof ProblemError)) throw error;
    // Somebody has paused, cancelled or taken it over since the last look: the next look tells.
    if (error.code === 'conflict') return undefined;
    if (error.code !== 'unavailable' && error.code !== 'overloaded') throw error;
    if (this.#options.lost.aborted) return 'lock-lost';
    if (this.#options.drain.aborted) throw error;
    return undefined;
  }

  /** Who of those under way is settled, and how. */
  async #look(): Promise<void> {
    const characterKeys = [...this.#underWay.keys()];
    if (characterKeys.length === 0) return;
    const work = { characterKeys, mark: this.#mark };
    const pending = await this.#parts.database.query((sql) => stillPending(sql, work));
    for (const key of characterKeys) if (!pending.has(key)) await this.#count(key);
    const overdue = performance.now() - ADD_AGAIN_MS;
    await this.#add([...this.#underWay].filter(([, added]) => added < overdue).map(([key]) => key));
  }

  async #count(key: string): Promise<void> {
    const last = await this.#parts.store.readLast(settlementStream(key));
    const event = last === undefined ? undefined : (readEvent(last) as SettlementEvent);
    const outcome = event?.type === 'ValuationSettled' ? event.data.outcome : 'ignored';
    this.#progress = { ...this.#progress, [outcome]: this.#progress[outcome] + 1 };
    this.#underWay.delete(key);
  }

  #view(): RunView {
    const { progress, status } = { progress: this.#progress, status: this.#run.state.status };
    const [underWay, outage, untaken] = [this.#underWay.size, this.#outage, this.#untaken];
    const total = settledOf(progress) + underWay + this.#keys.length - this.#next;
    return { status, progress, total, underWay, rate: this.#pace.rate, outage, untaken };
  }

  #end(): CoordinatorEnd | undefined {
    const { status, poisonBudget, coordinator } = this.#run.state;
    if (this.#options.lost.aborted || coordinator !== this.#options.coordinator) return 'lock-lost';
    if (status === 'cancelled') return 'cancelled';
    const idle = this.#underWay.size === 0;
    if (idle && this.#next >= this.#keys.length && status === 'running') return 'done';
    if (this.#progress.parked >= poisonBudget) return 'poison-budget';
    return idle && this.#options.drain.aborted ? 'interrupted' : undefined;
  }

  /** Says in the log why this coordinator goes, where the run does not end with it. */
  async #leave(end: CoordinatorEnd): Promise<CoordinatorEnd> {
    if (end === 'cancelled' || end === 'lock-lost') return end;
    await this.#checkpoint('now');
    if (end === 'done') return end;
    const { author } = this.#parts;
    if (this.#run.state.status === 'running')
      await this.#run.write({ kind: 'pause', by: author.actor, reason: end }, author);
    return end;
  }

  #mayHandOut(): boolean {
    return this.#run.state.status === 'running' && !this.#options.drain.aborted;
  }

  async #handOut(): Promise<void> {
    const room = Math.min(RANGE, UNDER_WAY - this.#underWay.size, this.#keys.length - this.#next);
    const count = this.#pace.take(room, performance.now());
    if (count === 0) return;
    const range = this.#keys.slice(this.#next, this.#next + count);
    await this.#add(range);
    this.#next += count;
    const { ranges, handedOut } = this.#progress;
    this.#progress = { ...this.#progress, ranges: ranges + 1, handedOut: handedOut + count };
  }

  async #add(characterKeys: readonly string[]): Promise<void> {
    if (characterKeys.length === 0) return;
    const jobs = await this.#parts.database.query((sql) => replayJobs(sql, characterKeys));
    if (jobs.length > 0) await this.#parts.queue.add(jobs);
    for (const key of characterKeys) this.#underWay.set(key, performance.now());
  }

  async #adapt(): Promise<void> {
    if (performance.now() - this.#last.adapted < ADAPT_MS) return;
    this.#last.adapted = performance.now();
    const signals = await this.#parts.signals();
    this.#pace.adapt(signals);
    this.#outage = isOutage(signals);
    const [settled, underWay] = [settledOf(this.#progress), this.#underWay.size];
    this.#untaken = await this.#isUntaken({ settled, underWay, outage: this.#outage });
  }

  async #checkpoint(when: 'now' | 'if-due' = 'if-due'): Promise<void> {
    if (this.#run.ended || this.#progress === this.#run.state.progress) return;
    if (when === 'if-due' && performance.now() - this.#last.checkpoint < CHECKPOINT_MS) return;
    this.#last.checkpoint = performance.now();
    const { coordinator } = this.#options;
    await this.#run.write({ kind: 'checkpoint', coordinator, progress: this.#progress }, this.#parts.author);
    this.#progress = this.#run.state.progress;
  }
}

function settledOf({ valued, ignored, parked }: ReplayProgress): number {
  return valued + ignored + parked;
}
