import { setFlagsFromString } from 'node:v8';

/**
 * How far the heaps of this process, its threads' included, may grow before they are collected whole, in percent of what
 * lives in them. V8 by itself chooses that anew after each collection.
 */
export function setHeapGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
