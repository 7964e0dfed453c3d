import { readdirSync, readFileSync } from 'node:fs';

/** A line of evidence/store.json. */
export interface Row {
  readonly name: string;
  readonly target: number;
  /** Events per second: the median of the rounds, and all of them. */
  readonly perSecond: number;
  readonly rounds: readonly number[];
  /** Processor time per event in microseconds, of this process and of the server: steadier on a busy machine. */
  readonly clientMicroseconds: number;
  readonly serverMicroseconds: number;
}

export type Round = Omit<Row, 'name' | 'target' | 'rounds'>;

/** Times `work`, which answers with the number of its events. `postmaster`: the pid of the server. */
export async function timeRound(postmaster: number, work: () => Promise<number>): Promise<Round> {
  const server = serverMicroseconds(postmaster);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const events = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: events / seconds,
    clientMicroseconds: (user + system) / events,
    serverMicroseconds: (serverMicroseconds(postmaster) - server) / events,
  };
}

export function rowOf(name: string, target: number, rounds: readonly Round[]): Row {
  return {
    name,
    target,
    perSecond: Math.round(median(rounds.map((one) => one.perSecond))),
    clientMicroseconds: Number(median(rounds.map((one) => one.clientMicroseconds)).toFixed(1)),
    serverMicroseconds: Number(median(rounds.map((one) => one.serverMicroseconds)).toFixed(1)),
    rounds: rounds.map((one) => Math.round(one.perSecond)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Processor time that the server and its backends have used so far, in microseconds (Linux: a tick is 10 ms). */
function serverMicroseconds(postmaster: number): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      // A process may end between the listing and the look.
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
          .map(Number);
        return fields[1] === postmaster || Number(pid) === postmaster ? (fields[11] ?? 0) + (fields[12] ?? 0) : 0;
      } catch {
        return 0;
      }
    });
  return ticks.reduce((sum, one) => sum + one, 0) * 10_000;
}
