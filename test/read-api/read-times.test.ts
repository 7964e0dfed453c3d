import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { createAdmission, LONGEST_WAIT_MS } from '../../src/platform/http/admission.ts';
import { createReadTimes } from '../../src/read-api/read-times.ts';
import { outcome } from '../support/outcome.ts';

/** Keeps this process busy, as a calculation would. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Work that keeps the process busy for so long, a turn of the event loop after it began. */
const busy = (ms: number) => async () => {
  await setImmediate();
  block(ms);
};
const quick = () => Promise.resolve();

describe('what reads take', () => {
  const begin = () => createReadTimes(createAdmission({ poolSize: () => 1, threads: 1, maxQueue: () => 1 }));

  it('is not known while nobody reads', async () => {
    const { admission, p99 } = begin();
    expect(p99()).to.equal(undefined);
    await admission.run('reads', quick);
    expect(p99()).to.be.lessThan(50);
    expect(p99()).to.equal(undefined);
  });

  it('is of look-ups and other reads, not of commands and of clients that wait on purpose', async () => {
    const { admission, p99 } = begin();
    await admission.run('commands', busy(30));
    await admission.run('waits', busy(30));
    expect(p99()).to.equal(undefined);
    await admission.run('lookUps', busy(30));
    expect(p99()).to.be.within(30, 1000);
    await admission.run('reads', busy(40));
    expect(p99()).to.be.within(40, 1000);
  });

  it('includes the wait for admission, work that fails, and a process that is busy with something else', async () => {
    const { admission, p99 } = begin();
    const first = admission.run('reads', busy(60));
    const waits = admission.run('reads', quick);
    await Promise.all([first, waits]);
    expect(p99()).to.be.at.least(60);
    const { admission: others, p99: ofOthers } = begin();
    const fails = others.run('reads', () => busy(30)().then(() => Promise.reject(new Error('lost'))));
    expect(String(await outcome(fails))).to.include('lost');
    expect(ofOthers()).to.be.at.least(30);
    const idle = others.run('lookUps', () => setImmediate());
    block(80);
    await idle;
    expect(ofOthers()).to.be.at.least(80);
  });

  it('is not what one in hundreds takes', async () => {
    const { admission, p99 } = begin();
    await admission.run('lookUps', busy(50));
    for (let read = 0; read < 300; read += 1) await admission.run('lookUps', quick);
    expect(p99()).to.be.lessThan(50);
  });

  it('is of the last three seconds', async () => {
    const { admission, p99 } = begin();
    await admission.run('lookUps', busy(50));
    expect(p99()).to.be.at.least(50);
    for (const inWindow of [true, true, false]) {
      await admission.run('lookUps', quick);
      expect((p99() ?? 0) >= 50).to.equal(inWindow);
    }
  });

  it('is the longest wait that there is where readers are turned away, however quick the others are', async () => {
    const { admission, p99 } = begin();
    for (let read = 0; read < 98; read += 1) await admission.run('lookUps', quick);
    admission.turnAway('lookUps');
    admission.turnAway('reads');
    expect(p99()).to.equal(LONGEST_WAIT_MS);
    const busyReads = [1, 2, 3].map(() => outcome(admission.run('reads', busy(1))));
    expect(String((await Promise.all(busyReads))[2])).to.include('wait already');
    expect(p99()).to.equal(LONGEST_WAIT_MS);
    for (const inWindow of [true, true, false]) {
      await admission.run('reads', quick);
      expect(p99() === LONGEST_WAIT_MS).to.equal(inWindow);
    }
  });
});
