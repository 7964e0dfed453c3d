import { performance } from 'node:perf_hooks';

/** Milliseconds of one run: medians over the rounds. `cpu` is the whole process, garbage collection included. */
export interface Took {
  readonly wall: number;
  readonly cpu: number;
}

/** Rounds of `batch` runs each, after one round to warm up. */
export function measure(rounds: number, batch: number, run: (index: number) => unknown): Took {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const began = performance.now();
    const used = process.cpuUsage();
    for (let index = 0; index < batch; index += 1) run(index);
    const { user, system } = process.cpuUsage(used);
    if (round < 0) continue;
    wall.push((performance.now() - began) / batch);
    cpu.push((user + system) / 1000 / batch);
  }
  return { wall: median(wall), cpu: median(cpu) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.floor(sorted.length / 2)] ?? NaN).toPrecision(3));
}
