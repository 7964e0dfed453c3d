import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

const MODULE = new URL('../../dist/platform/step-back.js', import.meta.url).href;
const STEP_BACK = `import { stepBack } from ${JSON.stringify(MODULE)}; stepBack();`;

/** What a process of its own prints that runs this. */
function run(script: string, nice = 0): string {
  const command = ['-n', String(nice), process.execPath, '--input-type=module', '--eval', script];
  return execFileSync('nice', command, { encoding: 'utf8' });
}

/** The most that a heap takes in which some 20 MB stay and as much again soon goes, in bytes. */
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
  return Number.parseInt(run(script));
}

const NICENESS = `
  import { readdirSync } from 'node:fs';
  import { getPriority } from 'node:os';
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  console.log([...new Set(threads.map((thread) => getPriority(thread)))].join());`;

describe('a process that nobody waits for', () => {
  it('has a heap close to what lives in it', () => {
    expect(mostHeap(STEP_BACK)).to.be.below(0.8 * mostHeap(''));
  });

  it('gives way with all of its threads, and stays nicer where it was', () => {
    expect(run(`${STEP_BACK}${NICENESS}`).trim()).to.equal('10');
    expect(run(`${STEP_BACK}${NICENESS}`, 17).trim()).to.equal('17');
  });
});
