import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';

/** What becomes of a failure. Without any of these it is timed, counted and thrown on. */
export interface ExecutionOptions<T> {
  /** Answer this instead of failing. */
  readonly orDefault?: T;
  /** Make an answer out of the failure. */
  readonly recover?: (error: unknown) => T | Promise<T>;
  /** Throw this instead. */
  readonly translate?: (error: unknown) => Error;
  /** Always runs last. */
  readonly finally?: () => void | Promise<void>;
}

/** The one wrapper around what can fail: times, logs, counts, translates. */
export interface Executor {
  <T>(name: string, work: () => Promise<T>, options?: ExecutionOptions<T>): Promise<T>;
  /** Runs work that nobody awaits: a failure is logged and counted. */
  owned(name: string, work: () => Promise<unknown>): void;
}

/** Makes the wrapper of a process. */
export function createExecutor(log: Logger, metrics: Metrics): Executor {
  const handled = (name: string, error: unknown): void => {
    metrics.handledFailures.inc({ name });
    log.warn({ err: error, execution: name }, 'failure handled');
  };
  const execute = async <T>(name: string, work: () => Promise<T>, options: ExecutionOptions<T> = {}): Promise<T> => {
    const stop = metrics.executionSeconds.startTimer({ name });
    // This is the wrapper that other code uses instead of try/catch.
    try {
      const result = await work();
      stop({ outcome: 'ok' });
      return result;
    } catch (error) {
      stop({ outcome: 'failed' });
      if (options.recover !== undefined) return await options.recover(error);
      if (!('orDefault' in options)) throw options.translate?.(error) ?? error;
      handled(name, error);
      return options.orDefault;
    } finally {
      await options.finally?.();
    }
  };
  const owned = (name: string, work: () => Promise<unknown>): void => {
    void execute(name, work).catch((error: unknown) => handled(name, error));
  };
  return Object.assign(execute, { owned });
}
