import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

const MODULE = new URL('../../dist/platform/heap-growth.js', import.meta.url).href;
/** Of 16 MiB that live a sixteenth is replaced at a time: the old heap fills with garbage. */
const CHURN = `
import { PerformanceObserver, constants } from 'node:perf_hooks';
import { setHeapGrowth } from '${MODULE}';
setHeapGrowth(Number(process.argv[1]));
let whole = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole++;
}).observe({ entryTypes: ['gc'] });
const kept = [];
for (let i = 0; i < 800; i++) {
  kept[i % 16] = new Array(131072).fill(i);
  await new Promise(setImmediate);
}
console.log(whole);`;

describe('the growth of heaps', () => {
  it('says how often they are collected whole', () => {
    const collections = (percent: number): number =>
      Number(
        execFileSync(process.execPath, ['--input-type=module', '-e', CHURN, String(percent)], { encoding: 'utf8' }),
      );
    expect(collections(20)).to.be.greaterThan(2 * collections(200));
  }).timeout(30_000);
});
