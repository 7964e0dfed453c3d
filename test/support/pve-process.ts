import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PVE = fileURLToPath(new URL('../../bin/pve.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/cli/pve.js', import.meta.url));

/** A `pve serve` of its own, in a process group of its own, like one that a terminal starts. */
export interface PveProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written so far, both streams. */
  readonly output: () => string;
  /** Sends a signal to the whole group, as Ctrl-C does; resolves with the exit code or the signal. */
  signalGroup(signal: NodeJS.Signals): Promise<number | string>;
  /** Sends a signal to this process alone, as `kill` does. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** Kills this process alone, as `kill -9 PID` does. */
  killHard(): Promise<void>;
}

/** The environment of this run without what would configure a server, and with these variables. */
function pveEnvironment(variables: Record<string, string>): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER'];
  const inherited = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...(Object.fromEntries(inherited) as NodeJS.ProcessEnv), ...variables };
}

/** Starts the compiled server; resolves when it has announced its address. */
export async function startPve(variables: Record<string, string>): Promise<PveProcess> {
  if (!existsSync(BUILT)) throw new Error('run "npm run build" first: these tests run the compiled program');
  const child = spawn(process.execPath, [PVE, 'serve'], {
    env: pveEnvironment({ PORT: '0', ...variables }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, port] = /(?:Engine|health) at http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(output) ?? [];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exited.then((code) => reject(new Error(`pve serve ended with ${code}: ${output}`)));
  });
  return {
    url,
    child,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    exited,
    signalGroup: async (signal) => {
      process.kill(-(child.pid ?? 0), signal);
      return await exited;
    },
    killHard: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A `pve` command under way. */
export interface PveCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, `null` after a signal. */
  readonly exited: Promise<number | null>;
}

/** Starts a `pve` command. */
export function startCommand(args: readonly string[], variables: Record<string, string>): PveCommand {
  const child = spawn(process.execPath, [PVE, ...args], {
    env: pveEnvironment(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, stdout: () => stdout, stderr: () => stderr, exited };
}

/** Runs a `pve` command to its end. */
export async function runPve(args: readonly string[], variables: Record<string, string>) {
  const command = startCommand(args, variables);
  const code = await command.exited;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}
