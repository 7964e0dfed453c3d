import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataFolder } from './data-folder.ts';
import { processIdentity, serversIn } from './process-identity.ts';
import { ask } from './running-server.ts';
import type { RunningServer } from './running-server.ts';

/** How long a left-over server may take to end or to answer, in ms. */
const PATIENCE = 60_000;
const POLL = 100;

/**
 * Settles what an earlier instance left: a server that still answers is adopted; one on its way down is waited for; a
 * `postmaster.pid` whose server is proven gone is removed (PostgreSQL itself would refuse to start when another process
 * has got that pid since). Throws when something of that server neither answers nor ends.
 */
export async function adoptLeftOver(folder: DataFolder): Promise<RunningServer | undefined> {
  const file = join(folder.pgdata, 'postmaster.pid');
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const lines = await readFile(file, 'utf8').then(
      (text) => text.split('\n').map((line) => Number.parseInt(line, 10)),
      () => undefined,
    );
    if (lines === undefined) return undefined;
    const [pid = NaN, , , port = NaN] = lines;
    const alive = await serversIn(folder.pgdata, pid);
    if (alive.length === 0) {
      await rm(file, { force: true });
      return undefined;
    }
    if (port > 0 && (await ask(folder, port)) === pid) return adopted(pid, port);
    if (Date.now() > deadline) {
      throw new Error(`an earlier PostgreSQL neither answers nor ends in ${folder.pgdata}: processes ${alive.join()}`);
    }
    await delay(POLL);
  }
}

/** An adopted server gets a guard of its own: it too must not outlive us. */
const GUARD = 'cat >/dev/null; kill -INT "$1"';

function adopted(pid: number, port: number): RunningServer {
  const guard = spawn('sh', ['-c', GUARD, 'guard', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = whenEnded(pid).then(() => {
    guard.kill();
    return 'adopted server ended';
  });
  const stop = async (graceMs: number): Promise<void> => {
    guard.stdin.destroy();
    const late = new AbortController();
    const patience = delay(graceMs, 'late', { signal: late.signal }).catch(() => 'in time');
    if ((await Promise.race([ended, patience])) === 'late') process.kill(pid, 'SIGKILL');
    late.abort();
    await ended;
  };
  return { pid, port, ended, stop };
}

async function whenEnded(pid: number): Promise<void> {
  const identity = await processIdentity(pid);
  while (identity !== undefined && (await processIdentity(pid)) === identity) await delay(POLL);
}
