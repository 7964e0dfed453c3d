import { readdirSync } from 'node:fs';
import { giveWay } from './give-way.ts';
import { setHeapGrowth } from './heap-growth.ts';

const HEAP_GROWTH_PERCENT = 20;
const NICE = 10;

/**
 * Lets a process that nobody waits for leave the machine to those that answer (docs/adr/0024): its threads give way, and
 * its heaps stay close to what lives in them.
 */
export function stepBack(): void {
  setHeapGrowth(HEAP_GROWTH_PERCENT);
  // On Linux a priority is that of a thread, which those it starts from now on inherit.
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  for (const thread of threads) giveWay(NICE, thread);
}
