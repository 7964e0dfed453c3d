import { EventEmitter } from 'node:events';

/** An event as the server holds it. Payloads are bytes; `position` is where its record begins in the log file. */
export interface StoredRecord {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly customMetadata: Uint8Array;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly created: Date;
}

export type ProposedRecord = Pick<StoredRecord, 'id' | 'type' | 'contentType' | 'data' | 'customMetadata'>;

/** streams.proto, `AppendReq.Options.expected_stream_revision`. */
export type Expected = bigint | 'no-stream' | 'any' | 'stream-exists';

export type AppendAnswer =
  | { readonly accepted: true; readonly last: StoredRecord }
  | { readonly accepted: false; readonly current: bigint | undefined };

/** Bytes of a record besides its payload. The real number varies; what matters is that positions are not 1, 2, 3, … */
const RECORD_OVERHEAD = 97n;

/** The server's log and its rules for writing to it. Deletes, truncation, access control and clusters are left out. */
export class ServerLog {
  readonly records: StoredRecord[] = [];
  readonly #streams = new Map<string, StoredRecord[]>();
  readonly #grown = new EventEmitter().setMaxListeners(0);
  #end = 0n;

  constructor() {
    // A new database begins with records of its own; the first user event never stands at 0.
    this.writeSystemEvent('$epoch-information', '$EpochInformation');
  }

  /** Where the next record will stand. */
  get end(): bigint {
    return this.#end;
  }

  stream(name: string): readonly StoredRecord[] {
    return this.#streams.get(name) ?? [];
  }

  /** What the server writes of itself all the time: statistics, stream metadata, projections' bookkeeping. */
  writeSystemEvent(stream: string, type: string): void {
    const empty = new TextEncoder().encode('{}');
    const id = crypto.randomUUID();
    this.#write(stream, { id, type, contentType: 'application/json', data: empty, customMetadata: new Uint8Array() });
  }

  /**
   * Expected revision and idempotency, as `IndexWriter.CheckCommit` of the server decides them
   * (github.com/EventStore/EventStore, src/EventStore.Core/Services/Storage/ReaderIndex/IndexWriter.cs): a revision
   * already passed is looked at event by event; all ids the same is a success that writes nothing and answers with where
   * the last of them stands, anything else is a wrong expected version (`CorruptedIdempotency` is answered as one).
   */
  append(stream: string, expected: Expected, proposed: readonly ProposedRecord[]): AppendAnswer {
    const standing = this.stream(stream);
    const current = BigInt(standing.length) - 1n;
    const refused = { accepted: false, current: current < 0n ? undefined : current } as const;
    if (expected === 'stream-exists' && current < 0n) return refused;
    if (expected !== 'any' && expected !== 'stream-exists') {
      const version = expected === 'no-stream' ? -1n : expected;
      if (version > current) return refused;
      if (version < current) {
        const there = standing.slice(Number(version) + 1, Number(version) + 1 + proposed.length);
        const last = there[proposed.length - 1];
        const same = proposed.every((event, i) => event.id === there[i]?.id);
        return last !== undefined && same ? { accepted: true, last } : refused;
      }
    }
    const written = proposed.map((event) => this.#write(stream, event));
    return { accepted: true, last: written.at(-1)! };
  }

  /** Index of the first record at or after a position. */
  indexOf(position: bigint): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A read must begin where a record begins or the log ends ("Trying to read from an invalid position."). */
  isBoundary(position: bigint): boolean {
    return position === this.#end || this.records[this.indexOf(position)]?.position === position;
  }

  onGrown(listener: () => void): () => void {
    this.#grown.on('grown', listener);
    return () => this.#grown.off('grown', listener);
  }

  #write(stream: string, event: ProposedRecord): StoredRecord {
    const records = this.#streams.get(stream) ?? [];
    const record = { ...event, stream, revision: BigInt(records.length), position: this.#end, created: new Date() };
    records.push(record);
    this.#streams.set(stream, records);
    this.records.push(record);
    this.#grown.emit('grown');
    this.#end += RECORD_OVERHEAD + BigInt(event.data.length + event.customMetadata.length);
    return record;
  }
}
