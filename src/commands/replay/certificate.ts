import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { isReconciled } from '../../domain/replay/reconciliation.ts';
import { fingerprintOf, publicKeyOf } from '../../platform/signing-key.ts';
import type { Reconciled } from './reconcile.ts';

const count = z.number().int().min(0);
const position = z.string().regex(/^\d{1,19}$/);
const request = z.strictObject({ requestId: z.uuid(), characterKey: z.string(), position });
const orphan = z.strictObject({ characterKey: z.string(), position, after: position, through: position });

const statementSchema = z.strictObject({
  format: z.literal('pve-replay-certificate/1'),
  replayId: z.uuid(),
  planHash: z.string(),
  storeId: z.string(),
  mark: position,
  /** The log was read up to here. */
  through: position,
  reconciledAt: z.iso.datetime(),
  sums: z.strictObject({
    ...{ expected: count, valued: count, ignored: count, parked: count },
    ...{ missing: count, duplicates: count, orphans: count },
    digest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  mismatches: z.strictObject({
    missing: z.array(request),
    duplicates: z.array(request),
    orphans: z.array(orphan),
  }),
});

const certificateSchema = z.strictObject({
  statement: statementSchema,
  /** Ed25519, DER, base64. */
  publicKey: z.base64(),
  /** Over the statement's canonical JSON, base64. */
  signature: z.base64(),
});

/** What is signed. */
export type Statement = z.output<typeof statementSchema>;
export type Certificate = z.output<typeof certificateSchema>;

/** A reconciliation that can be checked without the log. */
export function certify(
  run: Pick<Statement, 'replayId' | 'planHash' | 'storeId' | 'mark'>,
  reconciled: Reconciled,
  { key, now }: { readonly key: KeyObject; readonly now: Date },
): Certificate {
  const { sums, through } = reconciled;
  const mismatches = {
    missing: [...reconciled.mismatches.missing],
    duplicates: [...reconciled.mismatches.duplicates],
    orphans: [...reconciled.mismatches.orphans],
  };
  const { replayId, planHash, storeId, mark } = run;
  const at = { through: String(through), reconciledAt: now.toISOString() };
  const format = 'pve-replay-certificate/1' as const;
  const statement: Statement = { format, replayId, planHash, storeId, mark, ...at, sums, mismatches };
  const signature = sign(null, Buffer.from(canonicalJson(statement)), key).toString('base64');
  return { statement, publicKey: publicKeyOf(key), signature };
}

/** What is wrong with a certificate, in one line; `undefined` when it proves a reconciled run. */
export interface Examined {
  readonly fault: string | undefined;
  readonly statement?: Statement;
  /** Of the key that signed it: to be compared with the one that is known. */
  readonly fingerprint?: string;
}

/** Checks a certificate's form, signature and sums, offline. `trusted`: the fingerprint of the only key believed. */
export function examineCertificate(text: string, trusted: string | undefined): Examined {
  const certificate = parseCertificate(text);
  if (certificate === undefined) return { fault: 'this is not a replay certificate, or not a whole one' };
  const { statement } = certificate;
  const key = readPublicKey(certificate.publicKey);
  if (key === undefined) return { fault: 'its public key is not an Ed25519 key' };
  const signed = Buffer.from(canonicalJson(statement));
  if (!verify(null, signed, key, Buffer.from(certificate.signature, 'base64')))
    return { fault: 'its signature is not that of its content: it has been changed' };
  const fingerprint = fingerprintOf(key);
  if (trusted !== undefined && trusted !== fingerprint)
    return { fault: `it is signed with another key: ${fingerprint}, not ${trusted}`, fingerprint };
  return { fault: faultOf(statement), statement, fingerprint };
}

function faultOf({ sums, mismatches }: Statement): string | undefined {
  const { expected, valued, ignored, parked, missing, duplicates, orphans } = sums;
  if (expected !== valued + ignored + parked + missing) return 'its sums do not add up';
  const lists = [
    [mismatches.missing, missing],
    [mismatches.duplicates, duplicates],
    [mismatches.orphans, orphans],
  ] as const;
  if (lists.some(([list, of]) => list.length > of || (list.length === 0 && of > 0)))
    return 'its lists do not fit its sums';
  if (isReconciled(sums)) return undefined;
  return `it tells of a mismatch: ${missing} missing, ${duplicates} duplicate, ${orphans} orphan`;
}

function parseCertificate(text: string): Certificate | undefined {
  // A file cut off is no certificate, whatever the parser says of it.
  try {
    return certificateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readPublicKey(base64: string): KeyObject | undefined {
  // What is no key is reported by the caller.
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
