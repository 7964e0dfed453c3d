import { getPriority, setPriority } from 'node:os';

/** Raises the niceness (Unix, of 19) of a thread, by default of this one; a higher one stays, as only root may lower it. */
export function giveWay(nice: number, thread = 0): void {
  setPriority(thread, Math.max(nice, getPriority(thread)));
}
