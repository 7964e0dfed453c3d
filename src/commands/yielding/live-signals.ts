import { ProblemError } from '../../domain/errors.ts';
import type { Database } from '../../platform/database.ts';
import { slowestReadP99 } from '../../platform/process-signals.ts';
import type { Signals } from './aimd.ts';

/** Asks how live traffic is. */
export type LiveSignals = () => Promise<Signals>;

export interface LiveSignalsParts {
  readonly database: Pick<Database, 'query'>;
  /** Share of the calls of the game API that fail, 0 … 1, as the asking process knows it. */
  readonly upstreamErrorRatio: () => number | Promise<number>;
}

/** What the API processes say of their reads. A database too busy to tell, or away, makes readers wait too. */
export function createLiveSignals({ database, upstreamErrorRatio }: LiveSignalsParts): LiveSignals {
  return async () => {
    const readP99Ms = await database.query(slowestReadP99).catch((error: unknown) => {
      if (error instanceof ProblemError) return Infinity;
      throw error;
    });
    return { readP99Ms, upstreamErrorRatio: await upstreamErrorRatio() };
  };
}
