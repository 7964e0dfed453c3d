import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { openValuationPool } from '../../src/platform/valuation-pool.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { THREAD } from '../support/application.ts';
import { skipLoudly } from '../support/shared-data.ts';

describe('threads of the valuation', () => {
  it('give way to the thread that answers', async function () {
    if (process.platform !== 'linux') skipLoudly(this, 'threads have priorities of their own on Linux only');
    const pool = await openValuationPool({ threads: 1, thread: THREAD });
    await pool.value(wearing(anItem({ stars: 10 })));
    const niceness = readdirSync('/proc/self/task').map((thread) => ({ thread, nice: niceOf(thread) }));
    await pool.close();
    expect(niceness.filter(({ nice }) => nice === 15)).to.have.lengthOf(1);
    expect(niceness.find(({ thread }) => thread === String(process.pid))?.nice).to.equal(0);
  });
});

function niceOf(thread: string): number {
  const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[16]);
}
