import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RunningServer } from './running-server.ts';

/** A server that ran this long, in ms, was well: the next restart is quick again. */
const STEADY = 10_000;
const FIRST_BACKOFF = 100;
const LONGEST_BACKOFF = 5000;

/** A server that is started again, with backoff, whenever it ends by itself. */
export class KeptServer {
  readonly #start: () => Promise<RunningServer>;
  readonly #log: Pick<Logger, 'warn' | 'error'>;
  readonly #stopping = new AbortController();
  readonly #watched: Promise<void>;
  #running: RunningServer;

  constructor(
    running: RunningServer,
    start: () => Promise<RunningServer>,
    log: Pick<Logger, 'info' | 'warn' | 'error'>,
  ) {
    this.#running = running;
    this.#start = start;
    this.#log = log;
    this.#watched = this.#watch();
  }

  /** The pid of the server that runs at the moment. */
  get pid(): number {
    return this.#running.pid;
  }

  /** Stops the server for good; killed after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#running.stop(graceMs);
    await this.#watched;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #watch(): Promise<void> {
    let backoff = FIRST_BACKOFF;
    for (;;) {
      const since = Date.now();
      const how = await this.#running.ended;
      if (this.#isStopping()) return;
      this.#log.error({ how, pid: this.pid }, 'embedded PostgreSQL ended by itself: restarting');
      backoff = Date.now() - since > STEADY ? FIRST_BACKOFF : Math.min(backoff * 2, LONGEST_BACKOFF);
      const next = await this.#restart(backoff);
      if (next === undefined) return;
      this.#running = next;
      // The order to stop came during the restart: what it stopped was the dead one.
      if (this.#isStopping()) return next.stop(LONGEST_BACKOFF);
      this.#log.warn({ pid: this.pid }, 'embedded PostgreSQL answers again');
    }
  }

  async #restart(backoff: number): Promise<RunningServer | undefined> {
    await delay(backoff, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    if (this.#isStopping()) return undefined;
    // A restart that fails is logged and tried again, later: the callers' queries fail meanwhile, the process lives.
    try {
      return await this.#start();
    } catch (error) {
      this.#log.error({ err: error }, 'embedded PostgreSQL cannot be restarted yet');
      return this.#restart(Math.min(backoff * 2, LONGEST_BACKOFF));
    }
  }
}
