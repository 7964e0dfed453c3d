import { createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { certifyRun } from '../../commands/replay/apply.ts';
import type { Certificate } from '../../commands/replay/certificate.ts';
import type { Run } from '../../commands/replay/runs.ts';
import { isReconciled } from '../../domain/replay/reconciliation.ts';
import type { Config } from '../../platform/config.ts';
import { fingerprintOf, provideSigningKey } from '../../platform/signing-key.ts';
import { CliError } from '../cli-error.ts';
import type { OpenLog } from '../open-log.ts';
import { EXIT } from './exit-codes.ts';
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

/** Reconciles a run with the log, writes the certificate and shows it. */
export async function writeCertificate(
  { config, store }: OpenLog,
  run: Run,
  options: CertificateOptions,
): Promise<Certificate> {
  const key = await provideSigningKey(config.REPLAY_SIGNING_KEY, keyFile(config));
  const certificate = await certifyRun(store, run, { key, now: new Date() });
  const file = options.certificate ?? `replay-${run.id.slice(0, 8)}.certificate.json`;
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
