import { pino } from 'pino';

/** A log that keeps quiet: tests that look at log lines bring their own. */
export const silent = pino({ level: 'silent' });
