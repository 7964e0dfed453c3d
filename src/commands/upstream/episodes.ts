import { setTimeout as delay } from 'node:timers/promises';
import { GAME_API, outageDecider, outageOpen, outageStream, type OutageCommand } from '../../domain/upstream/outage.ts';
import type { EventStore, RecordedEvent } from '../../event-store/event-store.ts';
import type { Executor } from '../../platform/execute.ts';
import { decideAndAppend } from '../decide-and-append.ts';
import type { Circuit, Noticed } from './circuit.ts';

interface EpisodesParts {
  readonly store: Pick<EventStore, 'append' | 'readLast' | 'head' | 'subscribe'>;
  readonly circuit: Pick<Circuit, 'trip' | 'release' | 'tick'>;
  readonly execute: Executor;
  readonly now: () => Date;
}

const STREAM = outageStream(GAME_API);
const DECIDER = outageDecider(GAME_API);
/** Between two looks at what is to be written, and after a failure of the store. */
const PAUSE_MS = 500;

/** The episode of an outage that all processes share: what one has seen, the others learn from the log. */
export class Episodes {
  readonly #parts: EpisodesParts;
  #open = false;
  #revision = -1;
  #unwritten: Noticed | undefined;

  constructor(parts: EpisodesParts) {
    this.#parts = parts;
  }

  /** Whether the log says that the upstream is held. */
  get open(): boolean {
    return this.#open;
  }

  /** Reads how it stands now: before the first call. */
  async refresh(): Promise<void> {
    const last = await this.#parts.store.readLast(STREAM);
    if (last !== undefined) this.#apply(last);
  }

  /** This process has stopped calling: tried again until the log has it. */
  noticed(what: Noticed): void {
    this.#unwritten = what;
    this.#parts.execute.owned('write outage', () => this.#writeNoticed());
  }

  /** All may call again. */
  async end(probes: number): Promise<void> {
    await this.#write({ type: 'end', probes });
  }

  /** Follows the log, and keeps trying to write what it does not have yet, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { circuit, execute } = this.#parts;
    const follow = () => execute('follow outages', () => this.#follow(signal), { orDefault: undefined });
    const write = async (): Promise<void> => {
      circuit.tick();
      await execute('write outage', () => this.#writeNoticed(), { orDefault: undefined });
    };
    await Promise.all([again(signal, follow), again(signal, write)]);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    const after = await store.head();
    // After the head is known: an episode cannot begin between the two looks without being seen by one.
    await this.refresh();
    const types = ['OutageStarted', 'OutageEnded'];
    await store.subscribe({ after, types, signal }, ({ events }) => {
      for (const event of events) this.#apply(event);
      return Promise.resolve();
    });
  }

  async #writeNoticed(): Promise<void> {
    const noticed = this.#unwritten;
    if (noticed === undefined) return;
    await this.#write({ type: 'start', ...noticed });
    this.#unwritten = undefined;
  }

  async #write(command: OutageCommand): Promise<void> {
    const commandId = `outage-${command.type}`;
    const cause = { commandId, correlationId: commandId, causationId: null, actor: 'breaker', now: this.#parts.now() };
    const appended = await decideAndAppend(this.#parts.store, { stream: STREAM, decider: DECIDER, command, cause });
    if (appended !== undefined) this.#isNews(appended.revision, command.type === 'start');
  }

  #apply(event: RecordedEvent): void {
    if (event.stream !== STREAM || !this.#isNews(event.revision, outageOpen(event))) return;
    if (this.#open) this.#parts.circuit.trip();
    else this.#parts.circuit.release();
  }

  /** What is older than what this process wrote or saw is no news. */
  #isNews(revision: number, open: boolean): boolean {
    if (revision <= this.#revision) return false;
    this.#revision = revision;
    this.#open = open;
    return true;
  }
}

async function again(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
