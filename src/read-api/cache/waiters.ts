import { startTimeLimit, type TimeLimit } from '../../platform/time-limit.ts';
import type { WhenGone } from '../../platform/when-gone.ts';

interface Patience {
  readonly waitSeconds: number;
  readonly whenGone: WhenGone;
}

/** Reads that wait for a change of a character; woken by the change feed, not by looking again and again. */
export interface Waiters {
  /** Begins to listen at once. */
  wait(key: string, until: Patience): Wait;
  /** Something about this character changed. */
  wake(key: string): void;
  wakeAll(): void;
  /** From now on nobody waits: readers are answered with what there is. */
  close(): void;
}

export interface Wait {
  /** Resolves with true after a change since the last call, with false when the time is over, the client gone, or all is closed. */
  change(): Promise<boolean>;
  end(): void;
}

type Listener = () => void;

export function createWaiters(): Waiters {
  const listening = new Map<string, Set<Listener>>();
  let closed = false;
  const wakeAll = (): void => listening.forEach((listeners) => listeners.forEach((listener) => listener()));
  return {
    wait(key, until) {
      const { signal: deadline, end: endLimit } = startPatience(until);
      let changed = false;
      let tell: Listener = () => undefined;
      const listener = (): void => {
        changed = true;
        tell();
      };
      const others = listening.get(key) ?? new Set();
      listening.set(key, others.add(listener));
      return {
        async change() {
          if (!changed && !deadline.aborted && !closed) {
            const woken = new Promise<void>((resolve) => (tell = resolve));
            await Promise.race([woken, aborted(deadline)]);
          }
          const was = changed;
          changed = false;
          return was && !deadline.aborted && !closed;
        },
        end() {
          endLimit();
          others.delete(listener);
          if (others.size === 0 && listening.get(key) === others) listening.delete(key);
        },
      };
    },
    wake: (key) => listening.get(key)?.forEach((listener) => listener()),
    wakeAll,
    close() {
      closed = true;
      wakeAll();
    },
  };
}

function startPatience({ waitSeconds, whenGone }: Patience): TimeLimit {
  const gone = new AbortController();
  const stopListening = whenGone(() => gone.abort());
  const { signal, end } = startTimeLimit(waitSeconds * 1000, gone.signal);
  return {
    signal,
    end() {
      stopListening();
      end();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
