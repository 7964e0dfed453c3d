import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { UnderWay } from '../../src/platform/under-way.ts';

const MODULE = new URL('../../dist/platform/under-way.js', import.meta.url).href;
/** Loads come and go, 24 at a time, each with bytes outside of the heap and things in it. Prints how often it was collected whole. */
const CHURN = `
import { PerformanceObserver, constants } from 'node:perf_hooks';
import { UnderWay } from '${MODULE}';
let whole = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole++;
}).observe({ entryTypes: ['gc'] });
const loads = process.argv[1] === 'Map' ? new Map() : new UnderWay();
for (let key = 0; key < 60000; key++) {
  loads.set(key, [Buffer.allocUnsafeSlow(37000), new Array(4000).fill(key)]);
  loads.delete(key - 24);
  if (key % 8 === 0) await new Promise(setImmediate);
}
console.log(whole);`;

describe('UnderWay', () => {
  it('knows what is under way in the order of coming, and nothing of what has ended', () => {
    const loads = new UnderWay<string, { name: string }>();
    for (const name of ['a', 'b', 'c']) loads.set(name, { name });
    expect(loads.delete('b'), 'known').to.equal(true);
    expect(loads.delete('b'), 'gone').to.equal(false);
    loads.set('a', { name: 'a again' });
    expect([...loads.values()].map(({ name }) => name)).to.deep.equal(['c', 'a again']);
    expect([loads.size, loads.has('b'), loads.get('b'), loads.get('c')?.name]).to.deep.equal([
      2,
      false,
      undefined,
      'c',
    ]);
  });

  it('may be left by those it is walked over', () => {
    const loads = new UnderWay<number, () => void>();
    const left: number[] = [];
    for (const key of [1, 2, 3]) loads.set(key, () => loads.delete(key) && left.push(key));
    for (const leave of loads.values()) leave();
    expect([left, loads.size]).to.deep.equal([[1, 2, 3], 0]);
  });

  it('lets what has ended die young, which a map does not', () => {
    const collections = (kind: string): number =>
      Number(execFileSync(process.execPath, ['--input-type=module', '-e', CHURN, kind], { encoding: 'utf8' }));
    expect(3 * collections('UnderWay')).to.be.lessThan(collections('Map'));
  }).timeout(30_000);
});
