import type { AppendResult, EventStore, StreamAppend } from './event-store.ts';

interface Waiting {
  readonly append: StreamAppend;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends to one stream, like `EventStore.append`. */
export type Append = (append: StreamAppend) => Promise<AppendResult>;

/** Streams in one round trip: larger groups gain nothing. */
const LARGEST_GROUP = 500;

/**
 * Group commit: appends that arrive while a round trip is under way share the next one. A lone append waits for nobody;
 * under load the round trips grow instead of their number. Each append gets its own outcome.
 */
export function createGroupAppend(store: Pick<EventStore, 'appendMany'>): Append {
  let waiting: Waiting[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, LARGEST_GROUP);
      waiting = waiting.slice(LARGEST_GROUP);
      await appendGroup(store, group);
    }
    running = false;
  };
  return (append) =>
    new Promise((resolve, reject) => {
      waiting.push({ append, resolve, reject });
      if (!running) void run();
    });
}

async function appendGroup(store: Pick<EventStore, 'appendMany'>, group: readonly Waiting[]): Promise<void> {
  // A failed round trip fails each member of the group; it must not end the loop that serves the next group.
  try {
    const outcomes = await store.appendMany(group.map((member) => member.append));
    group.forEach((member, index) => {
      const outcome = outcomes[index];
      if (outcome?.status === 'appended') member.resolve(outcome);
      else member.reject(outcome?.error ?? new Error('the store gave no outcome for an append'));
    });
  } catch (error) {
    for (const member of group) member.reject(error);
  }
}
