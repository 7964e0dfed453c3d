import { status } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerLog, StoredRecord } from './log.ts';
import { streamName } from './messages.ts';

const BACKWARDS = 1;

/** The records a read asks for; `undefined` for a stream that does not exist. Throws the server's refusals. */
export function selectRecords(log: ServerLog, options: ReadReq.Options): readonly StoredRecord[] | undefined {
  const backwards = (options.getReadDirection() as number) === BACKWARDS;
  const count = Number(options.getCount());
  const records = options.hasStream() ? streamRecords(log, options, backwards) : logRecords(log, options, backwards);
  return backwards ? records?.toReversed().slice(0, count) : records?.slice(0, count);
}

/** Both directions include the revision they start from. */
function streamRecords(log: ServerLog, options: ReadReq.Options, backwards: boolean): StoredRecord[] | undefined {
  const from = options.getStream()!;
  const records = log.stream(streamName(from.getStreamIdentifier()));
  if (records.length === 0) return undefined;
  if (from.hasStart()) return backwards ? records.slice(0, 1) : [...records];
  if (from.hasEnd()) return backwards ? [...records] : [];
  const revision = Number(from.getRevision());
  return backwards ? records.slice(0, revision + 1) : records.slice(revision);
}

/**
 * `$all`: forwards from a position includes the event that stands there, backwards does not
 * (EventStore.Core, AllReader: "for forward pass position is inclusive").
 */
function logRecords(log: ServerLog, options: ReadReq.Options, backwards: boolean): StoredRecord[] {
  const from = options.getAll()!;
  if (from.hasStart()) return backwards ? [] : [...log.records];
  if (from.hasEnd()) return backwards ? [...log.records] : [];
  const index = log.indexOf(startPosition(log, from));
  return backwards ? log.records.slice(0, index) : log.records.slice(index);
}

/** The commit position to start from. RpcExceptions.InvalidPositionException of the server for what is no boundary. */
export function startPosition(log: ServerLog, from: ReadReq.Options.AllOptions): bigint {
  const position = BigInt(from.getPosition()!.getCommitPosition());
  if (!log.isBoundary(position)) throw refusal('Trying to read from an invalid position.');
  return position;
}

function refusal(details: string): Error {
  return Object.assign(new Error(details), { code: status.INVALID_ARGUMENT, details });
}
