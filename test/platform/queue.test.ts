import { expect } from 'chai';
import {
  migrateQueue,
  openQueue,
  PutBackError,
  type QueueBackend,
  type RunningWorker,
  type ValuationJob,
  type ValuationQueue,
} from '../../src/platform/queue.ts';
import { until } from '../support/log-parts.ts';
import { testDatabase, testRedis } from '../support/services.ts';
import { skipLoudly } from '../support/shared-data.ts';
import { silent } from '../support/silent-log.ts';

const job = (characterKey: string, through = '1'): ValuationJob => ({
  characterKey,
  characterName: characterKey,
  through,
  requestedAt: '2026-11-22T00:00:00.000Z',
  class: 'interactive',
  correlationId: 'test',
});

/** Lets a test hold a job active for as long as it wants. */
function latch() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

function describeQueue(name: string, backend: (context: Mocha.Context) => Promise<QueueBackend>): void {
  describe(`the queue on ${name}`, () => {
    let queue: ValuationQueue;
    /** Nothing to close where the backend is missing and the tests are skipped. */
    let close = (): Promise<void> => Promise.resolve();
    let worker: RunningWorker | undefined;
    let seen: ValuationJob[];

    before(async function () {
      this.timeout(60_000);
      const where = await backend(this);
      await migrateQueue(where);
      queue = openQueue(where, silent);
      close = () => queue.close();
      await queue.ping();
    });
    beforeEach(() => (seen = []));
    afterEach(async () => {
      await worker?.stop();
      worker = undefined;
    });
    after(() => close());

    const count = () => Promise.resolve(seen.length);
    const work = (process: (job: ValuationJob) => Promise<void> = () => Promise.resolve()): void => {
      worker = queue.work(async (attempt) => {
        seen.push(attempt.job);
        await process(attempt.job);
      }, 4);
    };

    it('does each job once, whatever the character is called', async () => {
      await queue.add([job('강은호'), job('a:b'), job('x')]);
      work();
      await until(count, (n) => n >= 3);
      expect(seen.map((each) => each.characterKey)).to.have.members(['강은호', 'a:b', 'x']);
    });

    it('keeps one waiting job per character', async () => {
      await queue.add([job('crowd', '1'), job('crowd', '2')]);
      await queue.add([job('crowd', '3'), job('other')]);
      work();
      await until(count, (n) => n >= 2);
      await worker?.stop();
      expect(seen.filter((each) => each.characterKey === 'crowd')).to.have.length(1);
    });

    it('runs again, with the latest data, what was added while it was active', async () => {
      const active = latch();
      const release = latch();
      work(async () => {
        active.open();
        await release.opened;
      });
      await queue.add([job('busy', '1')]);
      await active.opened;
      await queue.add([job('busy', '2')]);
      await queue.add([job('busy', '3')]);
      release.open();
      await until(count, (n) => n >= 2);
      await worker?.stop();
      expect(seen.map((each) => each.through)).to.deep.equal(['1', '3']);
    });

    it('tries a failed job again, tells the last attempt, then lets the character be queued anew', async () => {
      const attempts: boolean[] = [];
      worker = queue.work(({ job: { characterKey }, lastAttempt }) => {
        if (characterKey === 'failing') attempts.push(lastAttempt);
        return Promise.reject(new Error('not today'));
      }, 4);
      await queue.add([job('failing')]);
      await until(
        () => Promise.resolve(attempts.length),
        (n) => n >= 3,
      );
      expect(attempts).to.deep.equal([false, false, true]);
      await worker.stop();
      await queue.add([job('failing', '2')]);
      work();
      await until(count, (n) => n >= 1);
      expect(seen[0]?.through).to.equal('2');
    });

    it('puts a job back that could not be begun, as often as it takes, without spending an attempt', async () => {
      const attempts: boolean[] = [];
      worker = queue.work(({ lastAttempt }) => {
        attempts.push(lastAttempt);
        return attempts.length < 6 ? Promise.reject(new PutBackError(20, 'held')) : Promise.resolve();
      }, 4);
      await queue.add([job('put back')]);
      await until(
        () => Promise.resolve(attempts.length),
        (n) => n >= 6,
      );
      expect(attempts).to.deep.equal([false, false, false, false, false, false]);
      await worker.stop();
      await queue.add([job('put back', '2')]);
      work();
      await until(count, (n) => n >= 1);
      expect(seen[0]?.through).to.equal('2');
    });

    it('takes no jobs while the worker pauses, and tells how many wait', async () => {
      const active = latch();
      const release = latch();
      worker = queue.work(async (attempt) => {
        seen.push(attempt.job);
        active.open();
        await release.opened;
      }, 1);
      await queue.add([job('a'), job('b'), job('c')]);
      await active.opened;
      await worker.pause();
      release.open();
      // Each question is a round trip: time enough for a worker that does not pause.
      for (let question = 0; question < 100; question += 1) expect(await queue.waiting()).to.equal(2);
      expect(seen).to.have.length(1);
      await worker.resume();
      await until(count, (n) => n >= 3);
      expect(await queue.waiting()).to.equal(0);
    });

    describe('told how many jobs it may work on at a time', () => {
      const ends = new Map<string, () => void>();
      /** Holds each job active until told to finish one. */
      const hold = () => work(({ characterKey }) => new Promise((resolve) => ends.set(characterKey, resolve)));
      const finish = (): void => {
        for (const [key, end] of ends) {
          ends.delete(key);
          end();
          return;
        }
      };
      /** Comes to as many active jobs, and stays there: each question is a round trip, time enough to take another. */
      const active = async (jobs: number): Promise<void> => {
        await until(
          () => Promise.resolve(ends.size),
          (size) => size === jobs,
        );
        for (let question = 0; question < 30; question += 1) await queue.waiting();
        expect(ends.size).to.equal(jobs);
      };
      const add = (count: number, name: string) =>
        queue.add(Array.from({ length: count }, (_, index) => job(`${name} ${index}`)));
      afterEach(async () => {
        const all = seen.length + (await queue.waiting());
        while (seen.length < all || ends.size > 0) {
          finish();
          await queue.waiting();
        }
      });

      it('finishes those that are too many, takes one for one, and more when the next one ends', async () => {
        hold();
        await add(12, 'many');
        await active(4);
        worker?.setConcurrency(1);
        for (const left of [3, 2, 1]) {
          finish();
          await active(left);
        }
        finish();
        await active(1);
        expect(seen).to.have.length(5);
        worker?.setConcurrency(3);
        finish();
        await active(3);
      });

      it('knows it when it goes on after a pause, and when work comes at last', async () => {
        hold();
        await worker?.pause();
        worker?.setConcurrency(2);
        await add(3, 'paused');
        await worker?.resume();
        await active(2);
        for (const left of [2, 1, 0]) {
          finish();
          await active(left);
        }
        worker?.setConcurrency(3);
        await add(4, 'late');
        await active(3);
      });
    });

    it('finishes the active job before the worker stops', async () => {
      const active = latch();
      const release = latch();
      let finished = false;
      work(async () => {
        active.open();
        await release.opened;
        finished = true;
      });
      await queue.add([job('last')]);
      await active.opened;
      const stopped = worker?.stop();
      release.open();
      await stopped;
      worker = undefined;
      expect(finished).to.equal(true);
    });
  });
}

describeQueue('PostgreSQL', async () => ({ databaseUrl: (await testDatabase()).url }));
describeQueue('Redis', async (context) => {
  const redisUrl = await testRedis();
  return redisUrl === undefined ? skipLoudly(context, 'no Redis can be started here') : { redisUrl };
});
