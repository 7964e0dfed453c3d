import { expect } from 'chai';
import { KeptEntries } from '../../src/read-api/cache/kept-entries.ts';

const BYTES = 8_000;
/** With what an entry takes beside its body. */
const WEIGHT = BYTES + 2048;

const entry = (key: string) => ({
  row: {
    characterKey: key,
    ocid: key,
    fingerprint: 'f',
    asOf: new Date(),
    fetchStartedAt: new Date(),
    changedAt: 1n,
    etag: key,
    body: Buffer.alloc(BYTES),
    pending: false,
  },
  pending: false,
  loadedAt: 0,
  representations: new Map(),
});

describe('the entries that a process keeps', () => {
  /** Asks for a key as a read does: whether it was there. */
  const read = (entries: KeptEntries, key: string): boolean => {
    if (entries.get(key) !== undefined) return true;
    if (entries.admits(key, BYTES)) entries.set(key, entry(key));
    return false;
  };
  const holding = (count: number): KeptEntries => {
    const entries = new KeptEntries(count * WEIGHT);
    for (let i = 0; i < count; i++) read(entries, `kept-${i}`);
    return entries;
  };

  it('are all that come while there is room, and no more bytes than allowed', () => {
    const entries = holding(10);
    expect(entries.stats()).to.deep.equal({ entries: 10, bytes: 10 * WEIGHT });
    for (let i = 0; i < 10; i++) for (let again = 0; again < 3; again++) read(entries, `later-${i}`);
    expect(entries.stats()).to.deep.equal({ entries: 10, bytes: 10 * WEIGHT });
  });

  it('are not driven out by the many who are asked for once', () => {
    const entries = holding(10);
    for (let i = 0; i < 1000; i++) expect(read(entries, `once-${i}`)).to.equal(false);
    for (let i = 0; i < 10; i++) expect(read(entries, `kept-${i}`)).to.equal(true);
  });

  it('give way, the longest unused first, to who is asked for twice in a while', () => {
    const entries = holding(10);
    read(entries, 'kept-0');
    for (let again = 0; again < 2; again++) expect(read(entries, 'new')).to.equal(false);
    expect(['new', 'kept-0', 'kept-1'].map((key) => read(entries, key))).to.deep.equal([true, true, false]);
  });

  it('do not take in who was asked for too long ago', () => {
    const entries = holding(10);
    read(entries, 'long ago');
    for (let i = 0; i < 5; i++) read(entries, `once-${i}`);
    expect(entries.admits('long ago', BYTES)).to.equal(false);
  });

  it('take in anew who is there already, and whoever there is room for after one was dropped', () => {
    const entries = holding(10);
    expect(entries.admits('kept-3', BYTES)).to.equal(true);
    expect(entries.admits('new', BYTES)).to.equal(false);
    entries.delete('kept-3');
    expect(entries.admits('newer', BYTES)).to.equal(true);
  });
});
