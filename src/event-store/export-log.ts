import { sha256 } from '../domain/ids.ts';
import { START, type EventStore, type RecordedEvent } from './event-store.ts';

/** First line of an exported log. */
export interface LogHeader {
  readonly format: 'pve-log/1';
  readonly storeId: string;
  /** Everything up to this position is in the file. */
  readonly through: string;
}

/** Last line: without it the file is truncated. */
export interface LogTrailer {
  readonly events: number;
  /** Hash of the last line before. */
  readonly hash: string;
}

/** One line per event; `hash` covers the line's event and the hash of the line before it. */
export interface LogLine {
  readonly event: Omit<RecordedEvent, 'position'> & { readonly position: string };
  readonly hash: string;
}

const BATCH = 1000;

/** Hash of a line: changing, removing or moving any line before it changes it. */
export function lineHash(previous: string, event: LogLine['event']): string {
  return sha256(previous + JSON.stringify(event));
}

/** The log up to now as JSON lines, header and trailer included. Consistent while others write. */
export async function* exportLog(store: EventStore): AsyncGenerator<string> {
  const through = await store.head();
  const header: LogHeader = { format: 'pve-log/1', storeId: await store.storeId(), through: String(through) };
  yield JSON.stringify(header);
  let hash = sha256(JSON.stringify(header));
  let count = 0;
  for (let after = START; after < through;) {
    const slice = await store.readAll({ after, limit: BATCH });
    for (const recorded of slice.events) {
      if (recorded.position > through) break;
      const event = { ...recorded, position: String(recorded.position) };
      hash = lineHash(hash, event);
      count += 1;
      yield JSON.stringify({ event, hash } satisfies LogLine);
    }
    if (slice.through === after) break;
    after = slice.through;
  }
  yield JSON.stringify({ events: count, hash } satisfies LogTrailer);
}
