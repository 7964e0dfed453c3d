import { createPublicKey } from 'node:crypto';
import { access, constants, open, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { certifyRun } from '../../commands/replay/apply.ts';
import type { Certificate } from '../../commands/replay/certificate.ts';
import type { Run } from '../../commands/replay/runs.ts';
import { isReconciled } from '../../domain/replay/reconciliation.ts';
import type { Config } from '../../platform/config.ts';
import { fingerprintOf, provideSigningKey } from '../../platform/signing-key.ts';
import { CliError } from '../cli-error.ts';
import type { OpenLog } from '../open-log.ts';
import { EXIT, usageError } from './exit-codes.ts';
import { sumsTable } from './sums-table.ts';

/** Where the key of the certificates is kept when none is configured. */
export function keyFile(config: Config): string {
  return join(resolve(config.PVE_DATA_DIR), 'replay-signing.key');
}

export interface CertificateOptions {
  /** Default: `replay-<first digits of the id>.certificate.json` here. */
  readonly certificate?: string;
  readonly json?: boolean;
}

/** Throws when there could be no certificate in the end: better known before a run than after it. */
export async function requireWritable(config: Config, { certificate }: CertificateOptions): Promise<void> {
  await provideSigningKey(config.REPLAY_SIGNING_KEY, keyFile(config));
  const file = certificate ?? fileOf('');
  const looked = open(file, 'r+').then(
    (found) => found.close(),
    (error: unknown) => {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!missing) throw error;
      return access(dirname(file), constants.W_OK);
    },
  );
  await looked.catch((error: unknown) => {
    throw usageError(`cannot write ${certificate ?? 'a certificate here'}: ${String(error)}`);
  });
}

function fileOf(replayId: string): string {
  return `replay-${replayId.slice(0, 8)}.certificate.json`;
}

/** Reconciles a run with the log, writes the certificate and shows it. */
export async function writeCertificate(
  { config, store }: OpenLog,
  run: Run,
  options: CertificateOptions,
): Promise<Certificate> {
  const key = await provideSigningKey(config.REPLAY_SIGNING_KEY, keyFile(config));
  const certificate = await certifyRun(store, run, { key, now: new Date() });
  const file = options.certificate ?? fileOf(run.id);
  await writeFile(file, `${JSON.stringify(certificate, null, 2)}\n`);
  const fingerprint = fingerprintOf(createPublicKey(key));
  const { statement } = certificate;
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ certificate: file, fingerprint, ...statement })}\n`);
  else process.stdout.write(`${sumsTable(statement)}certificate ${file}, signed with key ${fingerprint}\n`);
  return certificate;
}

/** Ends with exit code 4 when the log does not hold what the run should have done. */
export function requireReconciled({ statement: { sums } }: Certificate): void {
  if (isReconciled(sums)) return;
  const { missing, duplicates, orphans } = sums;
  throw new CliError(`mismatch: ${missing} missing, ${duplicates} duplicate, ${orphans} orphan`, EXIT.mismatch);
}
