import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

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
    },
  };
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
