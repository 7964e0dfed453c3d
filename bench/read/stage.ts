import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { freePort } from '../../src/platform/embedded/free-port.ts';
import { migrate } from '../../src/platform/migrate.ts';

/** A server under load. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
}

export interface Stage {
  readonly databaseUrl: string;
  /** `undefined` where no Redis is installed. */
  readonly redisUrl: string | undefined;
  readonly postgresPid: number;
  readonly redisPid: number | undefined;
  /** The compiled program with these variables, on this core where given, else on any. */
  serve(variables: Record<string, string>, core?: number): Promise<Server>;
  /** Stops the servers that a part has left running. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Keeps a process, and the threads it has, on one core. */
export function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

/** Lets a process run on any core again; those it has started already stay where they are. */
export function unpin(pid: number): void {
  execFileSync('taskset', ['-acp', `0-${cpus().length - 1}`, String(pid)], { stdio: 'ignore' });
}

/** Processor time that a process has used, all its threads together, in microseconds (a tick is 10 ms). */
export function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number);
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10_000;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

/** PostgreSQL (fsync on) and Redis of the run's own. */
export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'pve-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: pino({ level: 'warn' }) });
  await migrate(postgres.url, { log: pino({ level: 'warn' }) });
  const redis = await startRedis(folder);
  const servers: Server[] = [];
  return {
    databaseUrl: postgres.url,
    redisUrl: redis?.url,
    postgresPid: postgres.pid(),
    redisPid: redis?.child.pid,
    async serve(variables, core) {
      const own = { DATABASE_URL: postgres.url, PVE_DATA_DIR: join(folder, 'pve') };
      const server = await serve({ ...own, ...variables }, core);
      servers.push(server);
      return server;
    },
    async clear() {
      for (const server of servers.splice(0)) await server.stop();
    },
    close: async () => {
      redis?.child.kill();
      if (redis) await ended(redis.child);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startRedis(folder: string): Promise<{ url: string; child: ChildProcess } | undefined> {
  const installed = (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, 'redis-server')));
  if (!installed) return undefined;
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], { stdio: 'pipe' });
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept')) resolve();
    });
  });
  return { url: `redis://127.0.0.1:${port}`, child };
}

async function serve(variables: Record<string, string>, core: number | undefined): Promise<Server> {
  const quiet = { PORT: '0', LOG_LEVEL: 'warn', ROLE: 'api', RATE_LIMIT: 'off' };
  return await startPve(['serve'], { ...quiet, ...variables }, core);
}

/** Runs a command of the compiled program that says on its output where it listens, once it does. */
export async function startPve(
  command: readonly string[],
  variables: Record<string, string>,
  core?: number,
): Promise<Server> {
  const kept = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(process.execPath, ['bin/pve.js', ...command], {
    env: { ...kept, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, found] = / at http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(output) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`pve ${command.join(' ')} ended with ${code}: ${output}`)));
  });
  return started(child, port, core);
}

/** A bare or Express server of these bytes and headers. */
export async function servePlain(
  what: { kind: 'bare' | 'express'; headers: Record<string, string>; body: Buffer; path: string },
  core: number,
): Promise<Server> {
  const child = fork(new URL('./plain-server.mjs', import.meta.url), { execArgv: [] });
  child.send({ ...what, body: what.body.toString('base64') });
  const { port } = await new Promise<{ port: number }>((resolve) => child.once('message', resolve as () => void));
  return started(child, port, core);
}

function started(child: ChildProcess, port: number, core: number | undefined): Server {
  const pid = child.pid ?? 0;
  // It would else stay on the core of the process that started it: the generator's.
  if (core === undefined) unpin(pid);
  else pin(pid, core);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended(child);
  };
  return { port, pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
