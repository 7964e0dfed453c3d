import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { certify, examineCertificate } from '../../../src/commands/replay/certificate.ts';
import type { Reconciled } from '../../../src/commands/replay/reconcile.ts';
import type { Position } from '../../../src/event-store/event-store.ts';
import { provideSigningKey, SigningKeyError } from '../../../src/platform/signing-key.ts';
import { temporaryFolder } from '../../support/services.ts';

const { privateKey: key } = generateKeyPairSync('ed25519');
const run = { replayId: randomUUID(), planHash: 'ab', storeId: randomUUID(), mark: '70' };
const now = new Date('2026-11-22T06:00:00Z');
const digest = '0'.repeat(64);
const none = { missing: [], duplicates: [], orphans: [] };

function reconciled(more: Partial<Reconciled['sums']> = {}): Reconciled {
  const sums = { expected: 60, valued: 50, ignored: 6, parked: 4, missing: 0, duplicates: 0, orphans: 0, digest };
  return { sums: { ...sums, ...more }, mismatches: none, through: 99n as Position };
}
const examine = (certificate: object, trusted?: string) => examineCertificate(JSON.stringify(certificate), trusted);
const signed = (more: Partial<Reconciled['sums']> = {}, by = key) => certify(run, reconciled(more), { key: by, now });
const stranger = generateKeyPairSync('ed25519').privateKey;

describe('the certificate of a reconciliation', () => {
  const genuine = signed();
  const { statement } = genuine;

  it('proves a reconciled run, and names the key', () => {
    const examined = examine(genuine);
    expect(examined.fault).to.equal(undefined);
    expect(examined.fingerprint).to.match(/^[0-9a-f]{64}$/);
    expect(examined.statement).to.include({ ...run, through: '99', reconciledAt: now.toISOString() });
    expect(examine(genuine, examined.fingerprint).fault).to.equal(undefined);
  });

  const forged: Record<string, object> = {
    'a changed count': { ...genuine, statement: { ...statement, sums: { ...statement.sums, valued: 54, parked: 0 } } },
    'another run': { ...genuine, statement: { ...statement, replayId: randomUUID() } },
    'another signature': { ...genuine, signature: Buffer.alloc(64).toString('base64') },
    'another key': { ...genuine, publicKey: signed({}, stranger).publicKey },
  };
  for (const [what, certificate] of Object.entries(forged)) {
    it(`refuses ${what}`, () => {
      expect(examine(certificate).fault).to.include('signature');
    });
  }

  it('refuses one that somebody else has signed, where the key is known', () => {
    expect(examine(signed({}, stranger), examine(genuine).fingerprint).fault).to.include('another key');
  });

  it('refuses what is no certificate, or not a whole one', () => {
    const text = JSON.stringify(genuine);
    for (const broken of ['', 'x', '{}', text.slice(0, -1), JSON.stringify({ ...genuine, more: 1 })])
      expect(examineCertificate(broken, undefined).fault).to.include('not a replay certificate');
    expect(examine({ ...genuine, publicKey: 'AAAA' }).fault).to.include('public key');
  });

  it('proves nothing when its sums or lists do not fit, or tell of a mismatch', () => {
    expect(examine(signed({ valued: 51 })).fault).to.include('add up');
    expect(examine(signed({ duplicates: 2 })).fault).to.include('lists');
    const orphans = [{ characterKey: 'x', position: '9', after: '0', through: '8' }];
    const listed = { ...reconciled({ orphans: 1 }), mismatches: { ...none, orphans } };
    expect(examine(certify(run, listed, { key, now })).fault).to.include('1 orphan');
  });
});

describe('the signing key', () => {
  it('is made once, for its owner’s eyes only', async () => {
    const file = join(await temporaryFolder(), 'new', 'replay.key');
    const first = await provideSigningKey(undefined, file);
    expect((await provideSigningKey(undefined, file)).equals(first)).to.equal(true);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const pem = await readFile(file, 'utf8');
    const bare = pem.replace(/-----[^-]+-----|\n/g, '');
    for (const configured of [pem, bare])
      expect((await provideSigningKey(configured, '/nowhere')).equals(first)).to.equal(true);
  });

  it('is nothing else', async () => {
    const file = join(await temporaryFolder(), 'key');
    await writeFile(file, 'x');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const configured of [undefined, 'AAAA', rsa.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const refusal = await provideSigningKey(configured, file).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(SigningKeyError);
    }
  });
});
