import { Connection, type Answer, type FirstBodies } from './connection.ts';

/** What to ask next. */
export type NextRequest = () => { readonly path: string; readonly bytes: Buffer };

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly next: NextRequest;
  readonly first: FirstBodies;
  /** Whether an answer may come at all; one that may not voids the run. */
  readonly expected: (answer: Answer) => boolean;
  /** Whose latencies count; all by default. */
  readonly counted?: (answer: Answer) => boolean;
}

/** First requests at a time: few enough to be answered without a queue. */
const AT_ONCE = 8;

export interface Measured {
  readonly perSecond: number;
  readonly answers: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly tiers: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
}

/** Thrown when an answer is wrong: nothing of the run counts. */
export class VoidRun extends Error {
  override readonly name = 'VoidRun';
}

class Tally {
  readonly latencies: number[] = [];
  readonly tiers: Record<string, number> = {};
  readonly statuses: Record<string, number> = {};
  answers = 0;

  add(load: Load, path: string, answer: Answer, ms: number): void {
    if (!answer.same) throw new VoidRun(`a body of ${path} differs from the first`);
    if (!load.expected(answer)) throw new VoidRun(`${path} was answered with ${answer.status} (${answer.tier})`);
    this.answers += 1;
    this.tiers[answer.tier] = (this.tiers[answer.tier] ?? 0) + 1;
    this.statuses[answer.status] = (this.statuses[answer.status] ?? 0) + 1;
    if (load.counted?.(answer) !== false) this.latencies.push(ms);
  }

  measured(seconds: number): Measured {
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (q: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN);
    const { tiers, statuses, answers } = this;
    return {
      perSecond: Number((answers / seconds).toPrecision(5)),
      answers,
      p50: at(0.5),
      p99: at(0.99),
      max: at(1),
      tiers,
      statuses,
    };
  }
}

function round(ms: number): number {
  return Number(ms.toFixed(3));
}

async function openAll(load: Load, fail: (error: Error) => void): Promise<Connection[]> {
  const opened = Array.from({ length: load.connections }, () => new Connection(load.port, load.first, fail).opened());
  return await Promise.all(opened);
}

/** Every connection asks again as soon as it is answered. */
export async function closedLoop(load: Load): Promise<Measured> {
  return await withConnections(load, async (connections, fail) => {
    const tally = new Tally();
    const began = performance.now();
    const until = began + load.seconds * 1000;
    await Promise.all(
      connections.map(
        (connection) =>
          new Promise<void>((resolve) => {
            const ask = (): void => {
              const sent = performance.now();
              if (sent >= until) {
                resolve();
                return;
              }
              const { path, bytes } = load.next();
              connection.send(path, bytes, (answer) => {
                guard(fail, () => tally.add(load, path, answer, performance.now() - sent));
                ask();
              });
            };
            ask();
          }),
      ),
    );
    return tally.measured((performance.now() - began) / 1000);
  });
}

/**
 * Requests begin at a fixed rate whatever becomes of the earlier ones; a latency counts from the intended start, so time
 * that a request waits for a free connection is part of it. `beforehand`: what each connection asks once before that.
 */
export async function openLoop(
  load: Load & { readonly perSecond: number; readonly beforehand?: NextRequest },
): Promise<Measured> {
  return await withConnections(load, async (connections, fail) => {
    if (load.beforehand) await askOnce(connections, { ...load, next: load.beforehand }, fail);
    const tally = new Tally();
    const idle = [...connections];
    /** Intended starts of requests that wait for a connection, from `served` on: taking the first of a long array is dear. */
    const waiting: number[] = [];
    let served = 0;
    const began = performance.now();
    const total = Math.floor(load.perSecond * load.seconds);
    let intended = 0;
    await new Promise<void>((resolve) => {
      const start = (connection: Connection, at: number): void => {
        const { path, bytes } = load.next();
        connection.send(path, bytes, (answer) => {
          guard(fail, () => tally.add(load, path, answer, performance.now() - at));
          const next = waiting[served];
          if (next === undefined) idle.push(connection);
          else {
            served += 1;
            start(connection, next);
          }
          if (tally.answers === total) resolve();
        });
      };
      const tick = (): void => {
        const due = Math.min(total, 1 + Math.floor(((performance.now() - began) * load.perSecond) / 1000));
        for (; intended < due; intended += 1) {
          const at = began + (intended * 1000) / load.perSecond;
          // The longest idle: servers close a connection that is never used.
          const connection = idle.shift();
          if (connection === undefined) waiting.push(at);
          else start(connection, at);
        }
        // A millisecond's rest leaves the core to the services that share it.
        if (intended < total) setTimeout(tick, 1);
      };
      tick();
    });
    return tally.measured((performance.now() - began) / 1000);
  });
}

/** A server takes longer to accept a connection than to answer on it, and does so when it finds the time. */
async function askOnce(connections: readonly Connection[], load: Load, fail: (error: Error) => void): Promise<void> {
  const tally = new Tally();
  for (let from = 0; from < connections.length; from += AT_ONCE) {
    const few = connections.slice(from, from + AT_ONCE);
    const ask = (connection: Connection) =>
      new Promise<void>((resolve) => {
        const { path, bytes } = load.next();
        connection.send(path, bytes, (answer) => {
          guard(fail, () => tally.add(load, path, answer, 0));
          resolve();
        });
      });
    await Promise.all(few.map(ask));
  }
}

function guard(fail: (error: Error) => void, work: () => void): void {
  // A wrong answer ends the whole run, from within a callback of a socket.
  try {
    work();
  } catch (error) {
    fail(error as Error);
  }
}

async function withConnections(
  load: Load,
  work: (connections: Connection[], fail: (error: Error) => void) => Promise<Measured>,
): Promise<Measured> {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const connections = await openAll(load, fail);
  const result = Promise.race([work(connections, fail), failed]);
  return await result.finally(() => connections.forEach((connection) => connection.close()));
}
