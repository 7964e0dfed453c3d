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
    const took = timed(() => {
      for (let index = 0; index < batch; index += 1) run(index);
    });
    if (round < 0) continue;
    wall.push(took.wall / batch);
    cpu.push(took.cpu / batch);
  }
  return { wall: median(wall), cpu: median(cpu) };
}

/** One run. */
export function timed(run: () => unknown): Took {
  const began = performance.now();
  const used = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - began, cpu: (user + system) / 1000 };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.floor(sorted.length / 2)] ?? NaN).toPrecision(3));
}
