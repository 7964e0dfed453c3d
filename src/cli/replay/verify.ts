import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { examineCertificate } from '../../commands/replay/certificate.ts';
import { readConfig } from '../../platform/config.ts';
import { findSigningKey, fingerprintOf } from '../../platform/signing-key.ts';
import { CliError } from '../cli-error.ts';
import { EXIT, usageError } from './exit-codes.ts';
import { keyFile } from './certificate-file.ts';
import { sumsTable } from './sums-table.ts';

/** `pve replay verify FILE`: nothing is needed but the file; the key of this machine, where it has one, is the one believed. */
export async function verify(file: string, options: { fingerprint?: string; json?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw usageError(`cannot read ${file}: ${String(error)}`);
  });
  const own = await findSigningKey(config.REPLAY_SIGNING_KEY, keyFile(config));
  const trusted = options.fingerprint ?? (own === undefined ? undefined : fingerprintOf(createPublicKey(own)));
  const { fault, statement, fingerprint } = examineCertificate(text, trusted);
  if (options.json === true) {
    const body = { verified: fault === undefined, fault: fault ?? null, fingerprint: fingerprint ?? null };
    process.stdout.write(`${JSON.stringify({ ...body, statement: statement ?? null })}\n`);
  } else if (statement !== undefined) process.stdout.write(sumsTable(statement));
  if (fault !== undefined) throw new CliError(`${file}: ${fault}`, EXIT.mismatch);
  if (options.json === true) return;
  const known = trusted === undefined ? 'compare it with the one that you know' : 'the one that is known here';
  process.stdout.write(`signed with key ${fingerprint ?? ''} (${known})\n`);
}
