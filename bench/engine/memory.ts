import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import type { RuleSet } from '../../src/domain/valuation/rules.ts';
import { valuate } from '../../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../../src/platform/bounded-memo.ts';
import { median } from './clock.ts';
import { otherCharacter } from './characters.ts';

const CHARACTERS = 200;
const CAPACITY = 20_000;

/** What a memo holds after many different characters, and what each of them took by then. */
export function memoryOfMemo(ruleSet: RuleSet): object {
  const memo = boundedMemo(CAPACITY);
  const before = inUse();
  const cpu: number[] = [];
  let items = 0;
  for (let number = 1; number <= CHARACTERS; number += 1) {
    const equipment = otherCharacter(number);
    items += equipment.items.length;
    const used = process.cpuUsage();
    valuate(equipment, ruleSet, defaultAssumptions, memo);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
  }
  const after = inUse();
  // Asking once more keeps the memo alive until here.
  valuate(otherCharacter(CHARACTERS), ruleSet, defaultAssumptions, memo);
  return {
    characters: CHARACTERS,
    distinctItemsPerCharacter: Math.round(items / CHARACTERS),
    memoCapacity: CAPACITY,
    mebibytesBefore: before,
    mebibytesAfter: after,
    cpuMsPerCharacter: { first20: median(cpu.slice(0, 20)), last50: median(cpu.slice(-50)) },
  };
}

function inUse(): Record<'rss' | 'heapUsed' | 'arrayBuffers', number> {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mebibytes = (bytes: number): number => Math.round(bytes / 1024 ** 2);
  return { rss: mebibytes(rss), heapUsed: mebibytes(heapUsed), arrayBuffers: mebibytes(arrayBuffers) };
}
