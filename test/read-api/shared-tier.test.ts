import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { createExecutor } from '../../src/platform/execute.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import type { ExpectationRow } from '../../src/platform/read-models/expectation.ts';
import { openRedis } from '../../src/platform/redis.ts';
import { createSharedTier, type SharedTier } from '../../src/read-api/cache/shared-tier.ts';
import { until } from '../support/log-parts.ts';
import { testRedis } from '../support/services.ts';
import { skipLoudly } from '../support/shared-data.ts';
import { silent } from '../support/silent-log.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const row = (key: string, changedAt: bigint): ExpectationRow => ({
  characterKey: key,
  ocid: 'ocid',
  fingerprint: 'f',
  asOf: new Date('2026-11-22T00:00:00Z'),
  fetchStartedAt: new Date('2026-11-22T00:00:00Z'),
  changedAt,
  etag: `e-${changedAt}`,
  body: Buffer.from([0, 255, 1, Number(changedAt % 256n)]),
});

describe('the tier of ready answers that processes share', () => {
  let url: string;
  let redis: Redis | undefined;
  before(async function () {
    const address = await testRedis();
    if (address === undefined) return skipLoudly(this, 'redis-server');
    url = address;
    redis = openRedis(url, silent);
    await ready(redis);
  });
  after(() => redis?.disconnect());

  const ready = (connection: Redis) => new Promise((resolve) => connection.once('ready', resolve));
  const generation = randomUUID();
  const metrics = createMetrics();
  const tierOn = (connection: Redis, clock = { ms: 0 }): SharedTier => {
    const tier = createSharedTier({ redis: connection, execute: createExecutor(silent, metrics), now: () => clock.ms });
    tier.use(generation);
    return tier;
  };
  const sharedTier = (): SharedTier => {
    if (redis === undefined) throw new Error('no Redis');
    return tierOn(redis);
  };
  const has = (tier: SharedTier, key: string, position: bigint | undefined) =>
    until(
      () => tier.get(key),
      (found) => found?.changedAt === position,
    );

  it('gives another process the same row, byte for byte', async () => {
    sharedTier().put(row('가', 12n));
    const other = sharedTier();
    await has(other, '가', 12n);
    expect(await other.get('가')).to.deep.equal(row('가', 12n));
  });

  it('answers many who ask at a time in few round trips, each with its own', async () => {
    const tier = sharedTier();
    const keys = Array.from({ length: 40 }, (_, index) => `많은-${index}`);
    for (const [index, key] of keys.entries()) if (index !== 20) tier.put(row(key, BigInt(index)));
    await has(tier, '많은-39', 39n);
    const asked = async () => /cmdstat_mget:calls=(\d+)/.exec((await redis?.info('commandstats')) ?? '')?.[1];
    const before = Number(await asked());
    const found = await Promise.all(keys.map((key) => tier.get(key)));
    expect(found.map((one) => one?.changedAt)).to.deep.equal(
      keys.map((_, index) => (index === 20 ? undefined : BigInt(index))),
    );
    expect(Number(await asked()) - before).to.be.at.most(10);
  });

  it('never lets an older row take the place of a newer one, or of the news of one', async () => {
    const tier = sharedTier();
    tier.put(row('나', 100n));
    tier.put(row('나', 99n));
    await has(tier, '나', 100n);
    tier.outdate('나', 101n);
    await has(tier, '나', undefined);
    tier.put(row('나', 100n));
    tier.put(row('다', 1n));
    // Commands of one connection run in order: when the last is there, the refused one has been tried.
    await has(tier, '다', 1n);
    expect(await tier.get('나')).to.equal(null);
    tier.put(row('나', 101n));
    await has(tier, '나', 101n);
    tier.outdate('나', 101n);
    tier.put(row('라', 1n));
    await has(tier, '라', 1n);
    expect((await tier.get('나'))?.changedAt).to.equal(101n);
  });

  it('answers nothing of the tables that a rebuild has replaced', async () => {
    const tier = sharedTier();
    tier.put(row('마', 7n));
    await has(tier, '마', 7n);
    tier.use(randomUUID());
    expect(await tier.get('마')).to.equal(null);
  });

  it('waits 100 ms for a Redis that does not answer, and leaves it alone after five failures in a row', async () => {
    const proxy = await tcpProxy(url);
    const connection = openRedis(proxy.url, silent);
    await ready(connection);
    const clock = { ms: 1_000_000 };
    const tier = tierOn(connection, clock);
    proxy.freeze();
    const started = performance.now();
    for (let i = 0; i < 5; i++) expect(await tier.get('바')).to.equal(null);
    expect(performance.now() - started).to.be.within(400, 1500);
    const alone = performance.now();
    for (let i = 0; i < 1000; i++) await tier.get('바');
    // A thousand waits would take 100 s.
    expect(performance.now() - alone).to.be.lessThan(1000);
    clock.ms += 5000;
    const again = performance.now();
    await tier.get('바');
    expect(performance.now() - again).to.be.greaterThan(50);
    connection.disconnect();
    await proxy.close();
  });
});
