import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig, type Config } from '../platform/config.ts';
import { findBinaries } from '../platform/embedded/binaries.ts';
import { findRunAs } from '../platform/embedded/unprivileged.ts';
import { assertPostgresGuarded } from '../platform/postgres-guard.ts';
import { loadRuleSet } from '../platform/rule-files.ts';
import { ruleSetIds } from '../domain/valuation/rules.ts';

/** Looks at one thing the system needs; answers what it found, rejects with what is wrong and what to do. */
type Examination = (config: Config) => Promise<string> | string;

const OLDEST_NODE = [20, 19] as const;
const NEEDED_DISK_BYTES = 1024 ** 3;

const EXAMINATIONS: Readonly<Record<string, Examination>> = {
  'Node.js': () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const tooOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
    if (tooOld) throw new Error(`${process.versions.node} is too old: ${OLDEST_NODE.join('.')} or later`);
    return process.versions.node;
  },
  'database driver': () => {
    assertPostgresGuarded();
    return 'patched';
  },
  'rule tables': async () => (await Promise.all(ruleSetIds.map(loadRuleSet))).map((rules) => rules.id).join(', '),
  PostgreSQL: async (config) => {
    if (config.DATABASE_URL !== undefined) return 'configured (DATABASE_URL)';
    const binaries = await findBinaries();
    await findRunAs(binaries.postgres);
    return `embedded, version ${binaries.major}`;
  },
  port: async ({ PORT, HOST }) => {
    await bind(PORT, HOST);
    return PORT === 0 ? 'a free one' : `${PORT} is free`;
  },
  disk: async ({ PVE_DATA_DIR }) => {
    const { bavail, bsize } = await statfs(resolve(PVE_DATA_DIR)).catch(() => statfs('.'));
    if (bavail * bsize < NEEDED_DISK_BYTES) throw new Error('less than 1 GiB free: choose another PVE_DATA_DIR');
    return `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
  },
};

async function bind(port: number, host: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => fail(new Error(`${error.message}: stop what uses it, or set PORT`)));
    server.listen(port, host, done);
  });
  server.close();
}

/** `pve doctor`: what this machine has and what it lacks, one line each; exit code 1 when something is missing. */
export const doctorCommand = new Command('doctor')
  .description('check this machine and configuration')
  .action(async () => {
    const config = readConfig(process.env);
    for (const [name, examine] of Object.entries(EXAMINATIONS)) {
      const finding = await Promise.resolve(config)
        .then(examine)
        .then(
          (found) => ({ ok: true, text: found }),
          (error: unknown) => ({ ok: false, text: error instanceof Error ? error.message : String(error) }),
        );
      process.stdout.write(`${finding.ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${finding.text}\n`);
      if (!finding.ok) process.exitCode = 1;
    }
  });
