import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** What a measurement must say about where it was made. */
export function machine() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const dirty =
    execFileSync('git', ['status', '--porcelain', '--', 'src', 'rules', 'migrations'], { encoding: 'utf8' }) !== '';
  return {
    measuredAt: new Date().toISOString(),
    commit: dirty ? `${commit} with uncommitted changes` : commit,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      kernel: release(),
      node: process.version,
      speed: speed(),
    },
  };
}

/** How fast the machine is at this moment: shared ones differ by several times from one hour to the next. */
function speed() {
  const block = Buffer.alloc(1024 ** 2);
  const folder = mkdtempSync(join(tmpdir(), 'pve-speed-'));
  const file = openSync(join(folder, 'probe'), 'w');
  const [nothing, byte] = [openSync('/dev/null', 'w'), Buffer.alloc(1)];
  const times = {
    sha256OfMebibyteMs: middle(50, () => createHash('sha256').update(block).digest()),
    thousandSystemCallsMs: middle(50, () => {
      for (let call = 0; call < 1000; call += 1) writeSync(nothing, byte);
    }),
    fsyncMs: middle(50, () => {
      writeSync(file, byte);
      fdatasyncSync(file);
    }),
  };
  for (const open of [nothing, file]) closeSync(open);
  rmSync(folder, { recursive: true });
  return times;
}

/** The median time of some runs, in ms. */
function middle(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return Number((times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN).toFixed(3));
}

/** Writes evidence/<name>.json. */
export function writeEvidence(name: string, result: object): void {
  mkdirSync('evidence', { recursive: true });
  writeFileSync(`evidence/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`written: evidence/${name}.json`);
}

/** What an earlier run has written, for a run that measures only some parts anew. */
export function readEvidence(name: string): { results: Record<string, unknown> } {
  const file = `evidence/${name}.json`;
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { results: Record<string, unknown> })
    : { results: {} };
}
