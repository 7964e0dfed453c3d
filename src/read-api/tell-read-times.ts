import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../platform/database.ts';
import type { Executor } from '../platform/execute.ts';
import { publishReadSignal } from '../platform/process-signals.ts';
import type { ReadTimes } from './read-times.ts';

export interface TellReadTimesParts {
  readonly database: Pick<Database, 'query'>;
  readonly execute: Executor;
  readonly p99: ReadTimes['p99'];
}

const EVERY_MS = 1000;

/** Tells other processes once a second what reads take here, while there are any, until the signal aborts. */
export async function tellReadTimes(
  { database, execute, p99 }: TellReadTimesParts,
  signal: AbortSignal,
): Promise<void> {
  const processId = randomUUID();
  const wait = () => delay(EVERY_MS, true, { signal }).catch(() => false);
  while (await wait()) {
    const readP99Ms = p99();
    if (readP99Ms === undefined) continue;
    const publish = () => database.query((sql) => publishReadSignal(sql, { processId, readP99Ms }));
    await execute('tell read times', publish, { orDefault: undefined });
  }
}
