import { randomUUID } from 'node:crypto';
import { ProblemError } from '../../domain/errors.ts';
import { readEvent } from '../../domain/events.ts';
import type { Reconciliation } from '../../domain/replay/reconciliation.ts';
import {
  replayDecider,
  type ReplayCommand,
  type ReplayEvent,
  type ReplayPlanned,
  type ReplayState,
} from '../../domain/replay/run.ts';
import { ConcurrencyError } from '../../event-store/errors.ts';
import { START, type EventStore, type Position, type RecordedEvent } from '../../event-store/event-store.ts';
import { newEvents } from '../new-event.ts';
import { ReplayRefusal } from './refusal.ts';

type RunStore = Pick<EventStore, 'append' | 'readStream' | 'readAll'>;

/** Who writes, and when. */
export interface Author {
  readonly actor: string;
  readonly now: () => Date;
}

/** Tries at a stream that others write at the same time. */
const ATTEMPTS = 5;
const PREFIX = 'replay-';

/** A run as the log tells it, and the way to write on. Every append names the revision it was decided on. */
export class Run {
  readonly id: string;
  readonly planned: ReplayPlanned;
  readonly plannedAt: Position;
  readonly #store: RunStore;
  #state: ReplayState = replayDecider.initialState;
  #reconciliation: Reconciliation | undefined;
  #next = 0;

  private constructor(store: RunStore, id: string, first: RecordedEvent) {
    this.#store = store;
    this.id = id;
    this.planned = readEvent(first).data as ReplayPlanned;
    this.plannedAt = first.position;
  }

  /** Throws `ProblemError` `not-found`. */
  static async load(store: RunStore, id: string): Promise<Run> {
    const [first] = await store.readStream(PREFIX + id, 0, 1);
    if (first === undefined) throw new ProblemError('not-found', `there is no replay ${id}`, { field: 'id' });
    const run = new Run(store, id, first);
    await run.refresh();
    return run;
  }

  /** The run that was planned last, `undefined` before the first. Earlier ones have ended: one runs at a time. */
  static async last(store: RunStore): Promise<Run | undefined> {
    let last: RecordedEvent | undefined;
    for (let after = START; ;) {
      const slice = await store.readAll({ after, limit: 1000, types: ['ReplayPlanned'] });
      last = slice.events.at(-1) ?? last;
      if (slice.events.length < 1000) break;
      after = slice.through;
    }
    return last === undefined ? undefined : await Run.load(store, last.stream.slice(PREFIX.length));
  }

  /** Writes the first events of a run. Throws `ReplayRefusal` `drifted` when the plan has been applied before. */
  static async begin(
    store: RunStore,
    id: string,
    { commands, author }: { commands: readonly ReplayCommand[]; author: Author },
  ): Promise<Run> {
    const events: ReplayEvent[] = [];
    for (const command of commands) {
      events.push(...replayDecider.decide(command, events.reduce(replayDecider.evolve, replayDecider.initialState)));
    }
    const { actor, now } = author;
    const cause = { commandId: randomUUID(), correlationId: id, causationId: null, actor, now: now() };
    await store.append(PREFIX + id, 'no-stream', newEvents(events, cause)).catch((error: unknown) => {
      if (error instanceof ConcurrencyError) throw new ReplayRefusal('drifted', 'this plan has been applied before');
      throw error;
    });
    return await Run.load(store, id);
  }

  get state(): ReplayState {
    return this.#state;
  }

  get reconciliation(): Reconciliation | undefined {
    return this.#reconciliation;
  }

  get ended(): boolean {
    return this.#state.status === 'completed' || this.#state.status === 'cancelled';
  }

  /** Reads what others have written since. */
  async refresh(): Promise<void> {
    for (const recorded of await this.#store.readStream(PREFIX + this.id, this.#next)) {
      const event = readEvent(recorded) as ReplayEvent;
      this.#state = replayDecider.evolve(this.#state, event);
      if (event.type === 'ReplayCompleted') this.#reconciliation = event.data.reconciliation;
      this.#next = recorded.revision + 1;
    }
  }

  /** Decides and appends; decides again where somebody was faster. Throws `ProblemError` `conflict` for what is refused. */
  async write(command: ReplayCommand, { actor, now }: Author): Promise<void> {
    const commandId = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      const decided = replayDecider.decide(command, this.#state);
      const cause = { commandId, correlationId: this.id, causationId: null, actor, now: now() };
      // A lost race is answered by deciding again; its event has another id then, for it stands elsewhere.
      try {
        const events = newEvents(decided, { ...cause, commandId: `${commandId}@${this.#next}` });
        await this.#store.append(PREFIX + this.id, this.#next - 1, events);
        await this.refresh();
        return;
      } catch (error) {
        if (!(error instanceof ConcurrencyError) || attempt >= ATTEMPTS) throw error;
        await this.refresh();
      }
    }
  }
}
