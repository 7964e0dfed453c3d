/**
 * How long a new user waits: a clean clone, `npm ci`, `npm start`, then the first valuation over HTTP. Run once by each
 * kind of user; results go to evidence/start.json. Usage: npm run bench:start
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, writeEvidence } from './evidence.ts';

const NOBODY = 65534;
const CHARACTER = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation?wait=20`;

interface Run {
  readonly user: string;
  readonly installSeconds: number;
  readonly secondsToAddress: number;
  readonly secondsToFirstAnswer: number;
  readonly secondStartSecondsToAnswer: number;
}

/** A home of mode 0700 with a clean clone in it. */
function clone(uid: number): { home: string; folder: string } {
  const home = mkdtempSync(join(tmpdir(), 'pve-home-'));
  const folder = join(home, 'clone');
  execFileSync('git', ['clone', '--quiet', '.', folder]);
  execFileSync('chown', ['-R', String(uid), home]);
  chmodSync(home, 0o700);
  return { home, folder };
}

function npm(args: string[], at: { home: string; folder: string }, uid: number): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: at.home, PORT: '0', LOG_LEVEL: 'warn' };
  return spawn('npm', args, { cwd: at.folder, env, uid, gid: uid, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve) => child.once('exit', resolve));
}

/** Starts, waits for the address and the first answer, stops the group; seconds since the start. */
async function startOnce(
  at: { home: string; folder: string },
  uid: number,
): Promise<{ address: number; answer: number }> {
  const began = performance.now();
  const since = (): number => Math.round(performance.now() - began) / 1000;
  const child = npm(['start'], at, uid);
  const done = ended(child);
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, port] = /Engine at http:\/\/localhost:(\d+)/.exec(output) ?? [];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    void done.then((code) => reject(new Error(`npm start ended with ${code}: ${output}`)));
  });
  const address = since();
  const response = await fetch(url + CHARACTER);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`the first answer was ${response.status}`);
  const answer = since();
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await done;
  return { address, answer };
}

async function run(user: string, uid: number): Promise<Run> {
  const at = clone(uid);
  const began = performance.now();
  const code = await ended(npm(['ci', '--no-audit', '--no-fund'], at, uid));
  if (code !== 0) throw new Error(`npm ci as ${user} ended with ${code}`);
  const installSeconds = Math.round((performance.now() - began) / 100) / 10;
  const first = await startOnce(at, uid);
  const second = await startOnce(at, uid);
  rmSync(at.home, { recursive: true });
  return {
    user,
    installSeconds,
    secondsToAddress: first.address,
    secondsToFirstAnswer: first.answer,
    secondStartSecondsToAnswer: second.answer,
  };
}

const self = process.getuid?.() ?? 0;
const runs = [await run(self === 0 ? 'root' : 'ordinary user', self)];
if (self === 0) runs.push(await run('ordinary user', NOBODY));
console.table(runs);
writeEvidence('start', { command: 'npm run bench:start', ...machine(), runs });
