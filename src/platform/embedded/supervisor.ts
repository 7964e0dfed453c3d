import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A service run behind the supervisor. */
export interface Supervised {
  /** Resolves, never rejects, when the service has ended, with how. */
  readonly ended: Promise<string>;
  /** Asks the service to stop (SIGINT); after `graceMs` it is killed with its whole process group. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/**
 * The supervisor: a process group of its own, so that a terminal's signals reach only us, and a pipe from us as stdin,
 * which closes when we end in whatever way, SIGKILL included; then the service is asked to stop. When the service ends
 * by itself the watcher ends too, so that no signal can reach a stranger with its pid.
 */
const SUPERVISOR = [
  'exec 3<&0',
  '"$@" 3<&- </dev/null & p=$!',
  '(cat <&3 >/dev/null; kill -INT $p) & w=$!',
  'exec 3<&-',
  'wait $p; s=$?',
  'kill $w 2>/dev/null',
  'exit $s',
].join('\n');

/** Starts a service that never outlives this process. Its output is appended to `logFile`. */
export function supervise(command: readonly string[], logFile: string): Supervised {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn('sh', ['-c', SUPERVISOR, 'supervisor', ...command], {
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const pipe = child.stdin;
  if (pipe === null) throw new Error('no pipe to the supervisor');
  // The pipe breaks when the supervisor ends first; `ended` tells that.
  pipe.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      pipe.destroy();
      resolve(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`);
    });
  });
  const stop = async (graceMs: number): Promise<void> => {
    pipe.destroy();
    const late = new AbortController();
    await Promise.race([ended, delay(graceMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL');
      await once(child, 'exit');
    }
    await ended;
  };
  return { ended, stop };
}
