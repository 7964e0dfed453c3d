import { familyMs, used } from '../processor.ts';
import { residentBytes, type Server } from '../read/stage.ts';

const RESIDENT_EVERY_MS = 500;

/** The processes of a run by what they do, and what they have used: processor time over all their restarts, memory at most. */
export class Processes {
  readonly #running = new Map<string, Server>();
  readonly #families = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  readonly #mostResident = new Map<string, number>();
  readonly #timer = setInterval(() => this.#sample(), RESIDENT_EVERY_MS).unref();

  /** A server that is not ours to start, with its children. */
  watch(name: string, pid: number | undefined): void {
    if (pid !== undefined) this.#families.set(name, pid);
  }

  async start(name: string, start: () => Promise<Server>): Promise<Server> {
    const server = await start();
    this.#running.set(name, server);
    return server;
  }

  get(name: string): Server {
    const server = this.#running.get(name);
    if (server === undefined) throw new Error(`${name} does not run`);
    return server;
  }

  async end(name: string, how: 'stop' | 'kill'): Promise<void> {
    const server = this.get(name);
    this.#running.delete(name);
    this.#spent.set(name, (this.#spent.get(name) ?? 0) + used(server.pid).own);
    await server[how]();
  }

  async endAll(): Promise<void> {
    clearInterval(this.#timer);
    for (const name of [...this.#running.keys()]) await this.end(name, 'stop');
  }

  /** Processor time so far by name, in ms. */
  processorMs(): Record<string, number> {
    const names = new Set([...this.#running.keys(), ...this.#spent.keys()]);
    const own = [...names].map((name): [string, number] => {
      const server = this.#running.get(name);
      return [name, (this.#spent.get(name) ?? 0) + (server === undefined ? 0 : used(server.pid).own)];
    });
    const others = [...this.#families].map(([name, pid]): [string, number] => [name, familyMs(pid)]);
    return { ...Object.fromEntries([...own, ...others]), generator: used(process.pid).own };
  }

  /** Forgets the memory seen so far. */
  resetResident(): void {
    this.#mostResident.clear();
  }

  /** The most resident memory seen of each, in MiB. */
  residentMiB(): Record<string, number> {
    return Object.fromEntries([...this.#mostResident].map(([name, bytes]) => [name, Math.round(bytes / 1024 ** 2)]));
  }

  #sample(): void {
    for (const [name, { pid }] of this.#running) {
      // It may be gone by now.
      try {
        this.#mostResident.set(name, Math.max(this.#mostResident.get(name) ?? 0, residentBytes(pid)));
      } catch {
        continue;
      }
    }
  }
}
