import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What tells a running process from another one that got the same pid later: pid and start time. `undefined` when no
 * such process runs. Linux: boot id and start in clock ticks; elsewhere what `ps` says.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The command name, in parentheses, may contain anything: fields are counted from its end.
    const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    if (state === undefined || state === 'Z') return undefined;
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${pid} ${fields[18] ?? '?'} ${boot.trim()}`;
  }
  const started = await ps(pid, 'lstart=');
  return started === undefined ? undefined : `${pid} ${started}`;
}

/**
 * The PostgreSQL processes of a data folder, which is their working directory: the server and its backends. `suspect`
 * is the only one looked at where the working directories of others cannot be listed.
 */
export async function serversIn(folder: string, suspect: number): Promise<readonly number[]> {
  if (process.platform !== 'linux') {
    const command = await ps(suspect, 'command=');
    return command?.includes(folder) ? [suspect] : [];
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (cwd !== folder) return [];
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return name.trim() === 'postgres' ? [Number(pid)] : [];
  });
  return (await Promise.all(found)).flat();
}

async function ps(pid: number, column: string): Promise<string | undefined> {
  return run('ps', ['-p', String(pid), '-o', column]).then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined,
  );
}
