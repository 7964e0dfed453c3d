import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';

/** Absolute path of a reference file kept beside the project's root, or `undefined` where that folder is missing. */
export function sharedData(path: string): string | undefined {
  const absolute = fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
  return existsSync(absolute) ? absolute : undefined;
}

/** Skips the running test with a line that nobody overlooks; fails it instead when `PVE_REQUIRE=all`. */
export function skipLoudly(context: Context, reason: string): never {
  if (process.env.PVE_REQUIRE === 'all') throw new Error(`required, but: ${reason}`);
  process.stderr.write(`\n  SKIPPED ${context.test?.fullTitle() ?? ''}: ${reason}\n`);
  return context.skip();
}
