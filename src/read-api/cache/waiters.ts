/** Reads that wait for a change of a character; woken by the change feed, not by looking again and again. */
export interface Waiters {
  /** Begins to listen at once. */
  wait(key: string, until: { readonly waitSeconds: number; readonly signal: () => AbortSignal }): Wait;
  /** Something about this character changed. */
  wake(key: string): void;
  wakeAll(): void;
}

export interface Wait {
  /** Resolves with true after a change since the last call, with false when the time is over or the client is gone. */
  change(): Promise<boolean>;
  end(): void;
}

type Listener = () => void;

export function createWaiters(): Waiters {
  const listening = new Map<string, Set<Listener>>();
  return {
    wait(key, { waitSeconds, signal }) {
      const deadline = AbortSignal.any([signal(), AbortSignal.timeout(waitSeconds * 1000)]);
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
          if (!changed && !deadline.aborted) {
            await new Promise<void>((resolve) => {
              tell = resolve;
              deadline.addEventListener('abort', () => resolve(), { once: true });
            });
          }
          const was = changed;
          changed = false;
          return was && !deadline.aborted;
        },
        end() {
          others.delete(listener);
          if (others.size === 0 && listening.get(key) === others) listening.delete(key);
        },
      };
    },
    wake: (key) => listening.get(key)?.forEach((listener) => listener()),
    wakeAll: () => listening.forEach((listeners) => listeners.forEach((listener) => listener())),
  };
}
