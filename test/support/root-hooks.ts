import { stopServices } from './services.ts';

/** A run that is over and has left something open would never end; what is open is a fault of its own. */
const END_MS = 15_000;

/**
 * Services start when the first test asks for one and stop here. A run that is killed leaves none behind either: each
 * runs behind a supervisor that stops it when this process is gone.
 */
export async function mochaGlobalTeardown(): Promise<void> {
  setTimeout(() => {
    process.stderr.write(`the tests are over, but something is open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, END_MS).unref();
  await stopServices();
}

/** mocha's command runs the tests in a second process, this one, which does not notice when the first is killed. */
const command = process.ppid;
setInterval(() => {
  if (process.ppid !== command) process.exit(1);
}, 500).unref();
