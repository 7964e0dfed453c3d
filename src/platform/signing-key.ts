import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../domain/ids.ts';
import { makeFolder } from './make-folder.ts';

/** A key that cannot be used: one line for the operator. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

/**
 * The configured Ed25519 key (PKCS #8: PEM, or its base64 without the frame), else the one in `file`, which is made with
 * the first call (readable by its owner alone). Throws `SigningKeyError`.
 */
export async function provideSigningKey(configured: string | undefined, file: string): Promise<KeyObject> {
  return readKey(configured ?? (await readOrMake(file)));
}

/** The key of `provideSigningKey` where there is one already. */
export async function findSigningKey(configured: string | undefined, file: string): Promise<KeyObject | undefined> {
  const text = configured ?? (await readFile(file, 'utf8').catch(unlessMissing));
  return text === undefined ? undefined : readKey(text);
}

/** What people compare: SHA-256 of the public key (DER), hex. */
export function fingerprintOf(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: 'spki', format: 'der' }));
}

/** The public half as base64 (DER). */
export function publicKeyOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}

async function readOrMake(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const made = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await makeFolder(dirname(file));
  // Whoever comes second uses the key of the first.
  const exists = await writeFile(file, made, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return true;
    throw error;
  });
  return exists === true ? await readFile(file, 'utf8') : made.toString();
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function readKey(text: string): KeyObject {
  // Only to say it in one line, without the key in it.
  try {
    const key = text.includes('-----')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    throw new SigningKeyError('the signing key cannot be read: PKCS #8, as PEM or base64');
  }
  throw new SigningKeyError('the signing key is not an Ed25519 key');
}
