import { expect } from 'chai';
import { fingerprint } from '../../src/domain/character/fingerprint.ts';
import { retryParked } from '../../src/event-store/retry-parked.ts';
import type { Subscriber } from '../../src/event-store/subscriber.ts';
import { runSubscription } from '../../src/event-store/subscription.ts';
import { expectationProjection } from '../../src/projections/expectation.ts';
import { openChangeFeed } from '../../src/read-api/cache/change-feed.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { characterLog } from '../support/character-log.ts';
import { logParts, until, type LogParts } from '../support/log-parts.ts';
import { looking, plainCache } from './answers.ts';

describe('a cached answer whose events were parked', () => {
  let parts: LogParts;
  let broken: string | undefined;
  const end = new AbortController();
  const running: Promise<void>[] = [];
  before(async () => {
    parts = await logParts();
  });
  after(async () => {
    end.abort();
    await Promise.all(running);
    await parts.close();
  });

  const picky: Subscriber = {
    ...expectationProjection,
    async apply(sql, events) {
      await expectationProjection.apply(sql, events);
      if (events.some(({ stream }) => stream.includes(broken ?? 'nobody'))) throw new Error('cannot digest this');
    },
  };
  const hat = (stars: number) => wearing(anItem({ stars }));
  async function value(name: string, stars: number): Promise<void> {
    const log = characterLog(parts.url, name);
    const now = new Date();
    await log.append(now, log.recorded(hat(stars), now), log.calculated(hat(stars)));
    await log.close();
  }

  it('is the new one after a retry, although other characters’ later answers were seen before', async () => {
    const cache = plainCache(looking(parts.database));
    const seen = new Set<string>();
    const feed = await openChangeFeed(parts);
    const listener = {
      changed: (key: string, at: bigint) => {
        seen.add(key);
        cache.changed(key, at);
      },
      settled: (key: string) => cache.settled(key),
      swapped: (generation: string) => cache.swapped(generation),
    };
    running.push(runSubscription(picky, parts, end.signal), feed.follow(listener, end.signal));

    const answer = async (name: string) => {
      const found = await cache.find(name);
      return found.kind === 'stored' ? found.entry.row.fingerprint : found.kind;
    };
    const log = characterLog(parts.url, '늦은이');
    const now = new Date();
    await log.append(now, log.recorded(hat(10), now), log.calculated(hat(10)));
    await until(
      () => answer('늦은이'),
      (it) => it === fingerprint(hat(10)),
    );
    broken = log.ocid;
    await log.append(now, log.recorded(hat(15), now), log.calculated(hat(15)));
    await value('다른이', 12);
    await until(
      () => Promise.resolve(seen),
      (keys) => keys.has('다른이'),
    );
    expect(await answer('늦은이')).to.equal(fingerprint(hat(10)));

    broken = undefined;
    expect(await retryParked(picky, log.ocid, parts)).to.deep.equal({ applied: 2, error: undefined });
    await until(
      () => answer('늦은이'),
      (it) => it === fingerprint(hat(15)),
    );
    await log.close();
  });
});
