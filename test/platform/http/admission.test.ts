import { expect } from 'chai';
import { ProblemError } from '../../../src/domain/errors.ts';
import { until } from '../../support/log-parts.ts';
import { createAdmission, LOOK_UPS, type Admission } from '../../../src/platform/http/admission.ts';
import { createGrouped } from '../../../src/platform/grouped.ts';
import { whenAborted } from '../../../src/platform/when-gone.ts';

describe('admission', () => {
  const limits = { pool: 9, queue: 10 };
  const open = () => createAdmission({ poolSize: () => limits.pool, threads: 1, maxQueue: () => limits.queue });
  afterEach(() => Object.assign(limits, { pool: 9, queue: 10 }));

  /** Work that ends when told. */
  function held() {
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => (end = resolve));
    return { work: () => done, end };
  }
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => 'fulfilled',
      (error: unknown) => (error instanceof ProblemError ? `${error.code}: ${error.message}` : String(error)),
    );

  /** More come than may, always, while `atOnce` end at a time: once only `places` wait, how many do at most from then on. */
  async function mostWaiting(
    admission: Admission,
    kind: 'lookUps' | 'calculations',
    { work, places, times, atOnce = 1 }: { work: () => Promise<void>; places: number; times: number; atOnce?: number },
  ): Promise<number> {
    const crowd: Promise<void>[] = [];
    const waiting = async (): Promise<number> => {
      while (!admission.isFull(kind)) crowd.push(admission.run(kind, work));
      admission.turnAway(kind);
      const found = admission.stats()[kind].waiting;
      await Promise.all(crowd.splice(0, atOnce));
      return found;
    };
    await until(waiting, (found) => found === places);
    let most = 0;
    for (let time = 0; time < times; time += 1) most = Math.max(most, await waiting());
    await Promise.all(crowd);
    return most;
  }

  it('lets reads have two thirds of the pool, and follows the pool', async () => {
    const admission = open();
    const { work, end } = held();
    const reads = Array.from({ length: 8 }, () => admission.run('reads', work));
    expect(admission.stats().reads).to.include({ active: 6, waiting: 2 });
    end();
    await Promise.all(reads);
    limits.pool = 3;
    const next = held();
    const fewer = Array.from({ length: 3 }, () => admission.run('reads', next.work));
    expect(admission.stats().reads).to.include({ active: 2, waiting: 1 });
    next.end();
    await Promise.all(fewer);
  });

  it('refuses at once what finds the queue full, and follows a change of its length', async () => {
    const admission = open();
    const { work, end } = held();
    const reads = Array.from({ length: 16 }, () => admission.run('reads', work));
    expect(await rejection(admission.run('reads', work))).to.equal('overloaded: reading is busy: 10 wait already');
    limits.queue = 11;
    reads.push(admission.run('reads', work));
    expect(admission.stats().reads).to.include({ active: 6, waiting: 11, refused: 1 });
    end();
    await Promise.all(reads);
  });

  it('lets a burst queue, and only a few while everyone has to wait', async () => {
    limits.pool = 1;
    limits.queue = 500;
    const admission = open();
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 55));
    const burst = Array.from({ length: 20 }, () => admission.run('reads', () => Promise.resolve()));
    expect(admission.room('reads')).to.be.greaterThan(0);
    await Promise.all(burst);
    expect(admission.room('reads')).to.be.greaterThan(0);
    // Each takes longer than anybody may wait: whoever comes always finds a queue.
    const crowd = Array.from({ length: 15 }, () => admission.run('reads', pause));
    await until(
      () => Promise.resolve(admission.room('reads')),
      (room) => room <= 0,
    );
    expect(admission.stats().reads.waiting).to.be.within(8, 15);
    await Promise.all(crowd);
    // The queue is gone: the next who comes is let in, and once nobody has been refused for an interval the next burst is.
    await until(
      async () => {
        await admission.run('reads', () => Promise.resolve());
        return admission.room('reads');
      },
      (room) => room === Infinity,
    );
  });

  it('takes a moment without a queue for no end of congestion while others have been refused', async () => {
    const admission = open();
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    await mostWaiting(admission, 'calculations', { work: pause, places: 1, times: 1 });
    await admission.run('calculations', () => Promise.resolve());
    expect(admission.room('calculations')).to.equal(3);
  });

  it('takes no pause for congestion', async () => {
    limits.pool = 1;
    const admission = open();
    const pause = admission.run('reads', () => new Promise<void>((resolve) => setTimeout(resolve, 200)));
    const behind = Array.from({ length: 5 }, () => admission.run('reads', () => Promise.resolve()));
    await Promise.all([pause, ...behind]);
    expect(admission.room('reads')).to.equal(Infinity);
  });

  it('lets only a few look-ups wait while everyone has to, though 16 are let in at a time', async () => {
    limits.queue = 500;
    const admission = open();
    const roundTrip = (group: readonly true[]) =>
      new Promise<readonly true[]>((resolve) => setTimeout(() => resolve(group), 5));
    const ask = createGrouped(roundTrip, LOOK_UPS);
    const lookUp = (): Promise<void> => ask(true).then(() => undefined);
    const most = await mostWaiting(admission, 'lookUps', { work: lookUp, places: 8, times: 100, atOnce: 16 });
    expect(most).to.equal(8);
  });

  it('lets calculations queue, only one for a thread while everyone has to wait, and forgets that when nobody comes', async () => {
    limits.queue = 500;
    const admission = open();
    const room = (): number => admission.room('calculations');
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    expect(room()).to.equal(10);
    // One that waits behind two waits so short that it does no harm: that is because the others are refused.
    expect(await mostWaiting(admission, 'calculations', { work: pause, places: 1, times: 120 })).to.equal(1);
    await until(
      () => Promise.resolve(room()),
      (places) => places === 10,
    );
  });

  it('serves in the order of asking', async () => {
    limits.pool = 1;
    const admission = open();
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => admission.run('reads', () => Promise.resolve(void order.push(n)))));
    expect(order).to.deep.equal([1, 2, 3, 4]);
  });

  it('refuses what has waited for a second', async () => {
    limits.pool = 1;
    const admission = open();
    const { work, end } = held();
    const first = admission.run('reads', work);
    expect(await rejection(admission.run('reads', work))).to.match(/^overloaded: .* within 1000 ms$/);
    expect(admission.stats().reads).to.include({ active: 1, waiting: 0, refused: 1 });
    end();
    await first;
  });

  it('lets go of what is no longer wanted, without doing it', async () => {
    limits.pool = 1;
    const admission = open();
    const { work, end } = held();
    const first = admission.run('reads', work);
    const client = new AbortController();
    let done = 0;
    const count = () => Promise.resolve(void (done += 1));
    const left = rejection(admission.run('reads', count, whenAborted(client.signal)));
    const stays = admission.run('reads', count);
    client.abort();
    expect(await left).to.equal('overloaded: left the queue for reading');
    expect(await rejection(admission.run('reads', count, whenAborted(client.signal)))).to.include('left the queue');
    expect(admission.stats().reads).to.include({ active: 1, waiting: 1, refused: 0 });
    end();
    await Promise.all([first, stays]);
    expect(done).to.equal(1);
  });

  it('keeps the classes apart', async () => {
    limits.pool = 1;
    const admission = open();
    const { work, end } = held();
    const reads = Array.from({ length: 11 }, () => admission.run('reads', work));
    expect(await rejection(admission.run('reads', work))).to.include('overloaded');
    await admission.run('commands', () => Promise.resolve());
    await admission.run('waits', () => Promise.resolve());
    end();
    await Promise.all(reads);
  });

  it('lets a thousand clients wait for answers, and no more', async () => {
    const admission = open();
    const { work, end } = held();
    const waits = Array.from({ length: 1000 }, () => admission.run('waits', work));
    expect(await rejection(admission.run('waits', work))).to.include('overloaded');
    end();
    await Promise.all(waits);
  });
});
