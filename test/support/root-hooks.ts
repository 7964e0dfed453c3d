import { stopServices } from './services.ts';

/**
 * Services start when the first test asks for one and stop here. A run that is killed leaves none behind either: each
 * runs behind a supervisor that stops it when this process is gone.
 */
export const mochaGlobalTeardown = stopServices;

/** mocha's command runs the tests in a second process, this one, which does not notice when the first is killed. */
const command = process.ppid;
setInterval(() => {
  if (process.ppid !== command) process.exit(1);
}, 500).unref();
