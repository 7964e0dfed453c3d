import { expect } from 'chai';
import type { ExpectationRow } from '../../src/platform/read-models/expectation.ts';
import { AnswerCache, type Found } from '../../src/read-api/cache/answer-cache.ts';
import type { LookUp } from '../../src/read-api/cache/look-up.ts';
import type { SharedTier } from '../../src/read-api/cache/shared-tier.ts';

const rowAt = (changedAt: bigint): ExpectationRow => ({
  characterKey: '가',
  ocid: 'ocid',
  fingerprint: 'f',
  asOf: new Date(),
  fetchStartedAt: new Date(),
  changedAt,
  etag: `e-${changedAt}`,
  body: Buffer.from('body'),
});

describe('a load from the tier that processes share', () => {
  /** A cache whose shared tier answers when it is told to, and whose database has the row of position 2. */
  const open = () => {
    const asked: string[] = [];
    let answer: (row: ExpectationRow | null) => void = () => undefined;
    const shared: SharedTier = {
      get(key) {
        asked.push(key);
        return new Promise((resolve) => (answer = resolve));
      },
      put: () => undefined,
      outdate: () => undefined,
      use: () => undefined,
    };
    let loads = 0;
    const lookUp: LookUp = () => {
      loads += 1;
      return Promise.resolve({ row: { ...rowAt(2n), pending: false }, ignoredAt: undefined });
    };
    const cache = new AnswerCache({
      lookUp,
      shared,
      capacityBytes: 1024 ** 2,
      ttlSeconds: () => 300,
      serveStaleSeconds: () => 3600,
      freshForSeconds: () => 900,
      now: () => new Date(),
    });
    return { cache, asked, loads: () => loads, answer: (row: ExpectationRow | null) => answer(row) };
  };
  const told = (found: Found) => (found.kind === 'stored' ? [found.tier, found.entry.row.changedAt] : found.kind);

  it('is one for a crowd, and kept', async () => {
    const { cache, asked, answer, loads } = open();
    const crowd = Array.from({ length: 3 }, () => cache.find('가'));
    answer(rowAt(1n));
    for (const found of await Promise.all(crowd)) expect(told(found)).to.deep.equal(['l2', 1n]);
    expect(told(await cache.find('가'))).to.deep.equal(['l1', 1n]);
    expect([asked.length, loads()]).to.deep.equal([1, 0]);
  });

  it('does not count when a change overtakes it, or nothing is there: the database is asked, once for a crowd', async () => {
    const changes = [
      (cache: AnswerCache) => cache.changed('가', 2n),
      (cache: AnswerCache) => cache.settled('가'),
      (cache: AnswerCache) => cache.swapped('next'),
      () => undefined,
    ];
    for (const [index, change] of changes.entries()) {
      const { cache, answer, loads } = open();
      const crowd = [cache.find('가'), cache.find('가')];
      change(cache);
      answer(index < 3 ? rowAt(1n) : null);
      for (const found of await Promise.all(crowd)) expect(told(found)).to.deep.equal(['db', 2n]);
      expect(loads()).to.equal(1);
    }
  });
});
