import { setTimeout } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import type { Executor } from '../../platform/execute.ts';
import { findFeedStart, readChanges, type FeedCursor } from '../../platform/read-models/changes.ts';

/** What a process does when a read model changes. */
export interface ChangeListener {
  /** The character's answer changed at this log position. */
  changed(characterKey: string, changedAt: bigint): void;
  /** Requests of the character were settled, with or without an answer. */
  settled(characterKey: string): void;
  /** Another set of tables took the place of the read model, or it was changed in its past. */
  swapped(generation: string): void;
}

/** Time between two looks at the read models. */
const LOOK_EVERY_MS = 100;

/**
 * Tails the read models, not the log: an event is visible before its row is. Call before anything is cached; then
 * `follow` tells the listener of every change since, until the signal aborts.
 */
export async function openChangeFeed(parts: { database: Database; execute: Executor }) {
  const { database, execute } = parts;
  let cursor: FeedCursor = await database.query(findFeedStart);
  const look = async (listener: ChangeListener): Promise<boolean> => {
    const { answers, settlements, next, more } = await database.query((sql) => readChanges(sql, cursor));
    if (next.generation !== cursor.generation) {
      // The new tables may be behind the cursor for a moment: what they have yet to catch up with is a change to come.
      cursor = await database.query(findFeedStart);
      listener.swapped(cursor.generation);
      return true;
    }
    for (const { characterKey, changedAt } of answers) listener.changed(characterKey, changedAt);
    for (const characterKey of settlements) listener.settled(characterKey);
    cursor = next;
    return more;
  };
  return {
    /** Of the tables at the beginning. */
    generation: cursor.generation,
    async follow(listener: ChangeListener, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const more = await execute('cache change feed', () => look(listener), { orDefault: false });
        if (!more) await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
