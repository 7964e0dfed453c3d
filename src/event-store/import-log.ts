import { ProblemError } from '../domain/errors.ts';
import { newestVersion, readEvent } from '../domain/events.ts';
import { sha256 } from '../domain/ids.ts';
import { rewritePositions } from '../domain/positions.ts';
import { START, type EventStore, type NewEvent } from './event-store.ts';
import { lineHash, type LogHeader, type LogLine, type LogTrailer } from './export-log.ts';

/** Independent streams written in one round trip. */
const GROUP = 500;

/**
 * Reads an exported log into an empty store, in order, with positions rewritten to the new log's. `recordedAt` becomes the
 * time of the import; everything else stays. Throws `ProblemError`: `conflict` when the store is not empty,
 * `invalid-input` when a line was changed, removed or cut off. Returns the number of events.
 */
export async function importLog(store: EventStore, lines: AsyncIterable<string>): Promise<number> {
  const { events } = await store.readAll({ after: START, limit: 1 });
  if (events.length > 0) throw new ProblemError('conflict', 'the store is not empty: import into a new one');
  const writer = new ImportWriter(store);
  for await (const line of verified(lines)) await writer.add(line.event);
  return await writer.finish();
}

/** The event lines of an export, each proven to be the one that was written there. */
async function* verified(lines: AsyncIterable<string>): AsyncGenerator<LogLine> {
  let hash: string | undefined;
  let count = 0;
  let complete = false;
  for await (const text of lines) {
    const line = parseLine(text, count);
    if (complete) throw broken(count, 'something follows the last line');
    if (hash === undefined) {
      if (!('format' in line)) throw broken(0, 'this is not an exported log');
      hash = sha256(text);
    } else if ('event' in line) {
      hash = lineHash(hash, line.event);
      count += 1;
      if (hash !== line.hash) throw broken(count, 'the line was changed, or one before it removed');
      yield line;
    } else {
      complete = 'events' in line && line.events === count && line.hash === hash;
    }
  }
  if (!complete) throw broken(count, 'the end is missing');
}

function parseLine(text: string, line: number): LogHeader | LogLine | LogTrailer {
  // Only to say where the text stops being JSON.
  try {
    return JSON.parse(text) as LogHeader | LogLine | LogTrailer;
  } catch {
    throw broken(line, 'the line is not JSON');
  }
}

function broken(line: number, why: string): ProblemError {
  return new ProblemError('invalid-input', `exported log, after event ${line}: ${why}; nothing after it was imported`);
}

/** Appends in log order. Requests stand alone in their streams and speak of no position: they are written in groups. */
class ImportWriter {
  readonly #store: EventStore;
  /** Old position of every request to its new one: the positions that other events speak of. */
  readonly #positions = new Map<string, string>([['0', '0']]);
  #requests: LogLine['event'][] = [];
  #count = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  async add(event: LogLine['event']): Promise<void> {
    this.#count += 1;
    if (event.type === 'ValuationRequested') {
      this.#requests.push(event);
      if (this.#requests.length >= GROUP) await this.#writeRequests();
      return;
    }
    await this.#writeRequests();
    await this.#store.append(event.stream, event.revision === 0 ? 'no-stream' : event.revision - 1, [
      this.#toNew(event),
    ]);
  }

  async finish(): Promise<number> {
    await this.#writeRequests();
    return this.#count;
  }

  async #writeRequests(): Promise<void> {
    const requests = this.#requests;
    this.#requests = [];
    if (requests.length === 0) return;
    const outcomes = await this.#store.appendMany(
      requests.map((event) => ({ stream: event.stream, expectedRevision: 'no-stream', events: [this.#toNew(event)] })),
    );
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'failed') throw outcome.error;
      this.#positions.set(requests[index]?.position ?? '', String(outcome.position));
    });
  }

  #toNew(line: LogLine['event']): NewEvent {
    const { type, data } = rewritePositions(readEvent(line), (position) => this.#rewrite(position));
    return { id: line.id, type, schemaVersion: newestVersion(type), data, metadata: line.metadata };
  }

  #rewrite(position: string): string {
    const rewritten = this.#positions.get(position);
    if (rewritten !== undefined) return rewritten;
    throw new ProblemError(
      'invalid-input',
      `exported log: an event speaks of position ${position}, where no request stands`,
    );
  }
}
