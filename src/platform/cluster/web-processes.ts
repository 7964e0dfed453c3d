import cluster, { type Address, type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { AggregatorRegistry, Gauge, type Registry } from 'prom-client';
import { ConfigError } from '../config.ts';
import type { Logger } from '../logging.ts';
import { openChannel, type Ask } from './channel.ts';
import type { Count } from './member.ts';

export interface WebProcessesOptions {
  readonly count: number;
  /** What their environment has beside this process's own. */
  readonly variables: Readonly<Record<string, string>>;
  readonly registry: Registry;
  readonly log: Logger;
}

/** The order to stop, which begins with the wait for balancers. */
export const STOP = 'stop';

/** A process that ran this long, in ms, was well: its successor starts soon. */
const STEADY_MS = 10_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5000;

interface Member {
  readonly worker: Worker;
  readonly ask: Ask;
  /** Resolves with the port once it answers requests. */
  readonly listening: Promise<number>;
  /** Resolves, never rejects, with how it ended. */
  readonly ended: Promise<string>;
  answering: boolean;
  /** Its metrics when last asked: a moment's silence must not look like counters that fall. */
  metrics: object;
}

/** Processes like this one that answer HTTP on one port; one that ends by itself is replaced. */
export class WebProcesses {
  readonly #options: WebProcessesOptions;
  readonly #members = new Set<Member>();
  readonly #stopping = new AbortController();
  readonly #failures: string[] = [];
  #places: Promise<void>[] = [];

  constructor(options: WebProcessesOptions) {
    this.#options = options;
    // However this process ends, these end with it; a SIGKILL they notice themselves.
    process.once('exit', () => this.#members.forEach(({ worker }) => worker.process.kill('SIGKILL')));
    const count = (): Count => this.#count();
    new Gauge({
      name: 'pve_web_processes',
      help: 'Processes that answer HTTP: expected, answering',
      labelNames: ['state'],
      registers: [options.registry],
      collect() {
        const { expected, answering } = count();
        this.set({ state: 'expected' }, expected);
        this.set({ state: 'answering' }, answering);
      },
    });
  }

  /** Starts all; resolves with their port when all answer. Throws `ConfigError` when one ends instead. */
  async start(): Promise<number> {
    // The first alone: what keeps one from starting keeps all, and is said once.
    const first = this.#fork();
    const port = await started(first);
    const others = Array.from({ length: this.#options.count - 1 }, () => this.#fork());
    this.#places = [first, ...others].map((member) => this.#keep(member));
    await Promise.all(others.map(started));
    return port;
  }

  /** Tells all to stop; resolves after `waitMs`, their own wait for balancers. */
  async drain(waitMs: number): Promise<void> {
    this.#stopping.abort();
    for (const { worker } of this.#members) if (worker.isConnected()) worker.send(STOP);
    await delay(waitMs);
  }

  /** Resolves when all have ended. Rejects when one of them did not end well. */
  async ended(): Promise<void> {
    await Promise.all([...this.#places, ...[...this.#members].map(({ ended }) => ended)]);
    if (this.#failures.length > 0) throw new Error(this.#failures.join(', '));
  }

  #count(): Count {
    const answering = [...this.#members].filter((member) => member.answering).length;
    return { expected: this.#options.count, answering };
  }

  #fork(): Member {
    const worker = cluster.fork(this.#options.variables);
    const answers = { metrics: () => this.#scrape(), processes: () => Promise.resolve(this.#count()) };
    const member: Member = {
      worker,
      ask: openChannel(worker, answers),
      listening: new Promise((resolve) => worker.once('listening', ({ port }: Address) => resolve(port))),
      ended: new Promise((resolve) =>
        worker.once('exit', (code: number) => resolve(worker.process.signalCode ?? `exit code ${code}`)),
      ),
      answering: false,
      metrics: [],
    };
    this.#members.add(member);
    // A message that no longer reaches it: its end is noticed anyway.
    worker.on('error', (error) => this.#options.log.debug({ err: error }, 'web process'));
    void member.listening.then(() => (member.answering = true));
    void member.ended.then((how) => this.#leave(member, how));
    return member;
  }

  #leave(member: Member, how: string): void {
    this.#members.delete(member);
    const { pid } = member.worker.process;
    if (!this.#stopping.signal.aborted) this.#options.log.error({ pid, how }, 'a web process ended by itself');
    else if (member.answering && how !== 'exit code 0') this.#failures.push(`web process ${pid}: ${how}`);
  }

  /** Keeps a place filled until all stop. */
  async #keep(member: Member): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    for (let current = member; ; current = this.#fork()) {
      const since = performance.now();
      await current.ended;
      await delay(backoff, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      const steady = performance.now() - since > STEADY_MS;
      backoff = steady ? FIRST_BACKOFF_MS : Math.min(backoff * 2, LONGEST_BACKOFF_MS);
    }
  }

  /** One scrape over all processes, this one included. */
  async #scrape(): Promise<string> {
    const members = [...this.#members].filter((member) => member.answering);
    const lately = async (member: Member): Promise<object> => {
      member.metrics = (await member.ask('metrics').catch(() => member.metrics)) as object;
      return member.metrics;
    };
    const all = await Promise.all([this.#options.registry.getMetricsAsJSON(), ...members.map(lately)]);
    return await AggregatorRegistry.aggregate(all).metrics();
  }
}

async function started({ listening, ended }: Member): Promise<number> {
  const outcome = await Promise.race([listening, ended]);
  if (typeof outcome === 'number') return outcome;
  throw new ConfigError(`WEB_CONCURRENCY: a process did not start (${outcome}), for the reason that it gave`);
}
