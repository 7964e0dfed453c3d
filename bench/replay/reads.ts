import { asking } from '../read/asking.ts';
import { openLoop, type Load, type Measured } from '../read/load.ts';

const PER_SECOND = 1000;
const CONNECTIONS = 128;
/** Characters that stay in memory. */
const HOT = 100;
/** Before what is measured: the hot ones come into memory, and what is seldom run is compiled. */
const WARM_UP_SECONDS = 5;
/** Every tenth read is of a character that left memory long ago. */
const COLD_EVERY = 10;

/** Ready answers that the reads ask for: far more than fit into the memory of the process, see `API_MEGABYTES`. */
export const READ_CHARACTERS = 3000;
export const API_MEGABYTES = 16;

export function readsOf(port: number): (seconds: number) => Promise<Measured> {
  let count = 0;
  const next = asking(() => {
    count += 1;
    const turn = Math.floor(count / COLD_EVERY);
    return count % COLD_EVERY === 0 ? HOT + (turn % (READ_CHARACTERS - HOT)) : count % HOT;
  });
  const load: Omit<Load, 'seconds'> = {
    port,
    connections: CONNECTIONS,
    first: new Map(),
    // What is refused is told beside the latencies of what is answered.
    expected: ({ status }) => status === 200 || status === 503,
    counted: ({ status }) => status === 200,
    next,
  };
  return async (seconds) => {
    await openLoop({ ...load, seconds: WARM_UP_SECONDS, perSecond: PER_SECOND });
    return await openLoop({ ...load, seconds, perSecond: PER_SECOND, beforehand: next });
  };
}
