import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

const MODULE = new URL('../../dist/platform/small-heap.js', import.meta.url).href;

/** A process with some 20 MB that stay and as much again that soon goes: the most its heap took, in bytes. */
function mostHeap(begin: string): number {
  const script = `
    ${begin}
    const object = () => ({ a: Math.random(), b: [Math.random()] });
    const stays = Array.from({ length: 200_000 }, object);
    const goes = Array.from({ length: 100_000 });
    let most = 0;
    for (let i = 0; i < 1_500_000; i++) {
      goes[i % goes.length] = object();
      if (i % 50_000 === 0) most = Math.max(most, process.memoryUsage().heapTotal);
    }
    console.log(most, stays.length);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  return Number.parseInt(output);
}

describe('a process that nobody waits for', () => {
  it('has a heap close to what lives in it', () => {
    const small = mostHeap(`import { keepHeapsSmall } from ${JSON.stringify(MODULE)}; keepHeapsSmall();`);
    expect(small).to.be.below(0.8 * mostHeap(''));
  });
});
