import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { giveWay } from './give-way.ts';

/** How far a heap may grow beyond what lives in it before it is collected, in percent of that. */
const GROWTH_PERCENT = 20;
const NICE = 10;

/**
 * Lets a process that nobody waits for leave the machine to those that answer (docs/adr/0024): its threads give way, and
 * its heaps stay close to what lives in them. V8 by itself lets a heap grow up to four times as large.
 */
export function stepBack(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // On Linux a priority is that of a thread, which those it starts from now on inherit.
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  for (const thread of threads) giveWay(NICE, thread);
}
