import type { FileHandle } from 'node:fs/promises';
import { crc32c } from './crc32c.ts';

/** Length and CRC-32C of the JSON that follows, 4 bytes each, big-endian. */
const HEADER_BYTES = 8;
/** No record is larger: a larger length is not a length. */
const LARGEST_RECORD = 64 * 1024;
/** Read at a time; at least one record fits. */
const CHUNK_BYTES = 1024 * 1024;

/** Records from a place in a file on, and where the next one begins. `torn`: what begins there is no record. */
export interface Slice {
  readonly records: readonly unknown[];
  readonly next: number;
  readonly torn: boolean;
}

/** One value as a record. Throws `RangeError` when it is too large for one. */
export function encodeRecord(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  if (json.length > LARGEST_RECORD) throw new RangeError(`a record of ${json.length} bytes`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(json.length, 0);
  header.writeUInt32BE(crc32c(json), 4);
  return Buffer.concat([header, json]);
}

/** Reads at most `limit` records between two places in a file; none are left when `next` is `until`. */
export async function readRecords(
  file: FileHandle,
  { from, until, limit }: { from: number; until: number; limit: number },
): Promise<Slice> {
  const wanted = Math.min(until - from, CHUNK_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, from);
  const chunk = buffer.subarray(0, bytesRead);
  const records: unknown[] = [];
  let at = 0;
  while (records.length < limit) {
    const json = recordAt(chunk, at);
    if (json === undefined) break;
    records.push(JSON.parse(json.toString()));
    at += HEADER_BYTES + json.length;
  }
  return { records, next: from + at, torn: records.length === 0 && from < until };
}

/** The JSON of the record that begins here, `undefined` when none does, or not all of it is here. */
function recordAt(chunk: Buffer, at: number): Buffer | undefined {
  if (chunk.length - at < HEADER_BYTES) return undefined;
  const length = chunk.readUInt32BE(at);
  if (length > LARGEST_RECORD || chunk.length - at - HEADER_BYTES < length) return undefined;
  const json = chunk.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
  return crc32c(json) === chunk.readUInt32BE(at + 4) ? json : undefined;
}
