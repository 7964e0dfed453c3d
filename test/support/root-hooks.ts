import { stopServices } from './services.ts';

/**
 * Services start when the first test asks for one and stop here. A run that is killed leaves none behind either: each
 * runs behind a supervisor that stops it when this process is gone.
 */
export const mochaGlobalTeardown = stopServices;
