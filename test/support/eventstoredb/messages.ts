import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendReq, AppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendAnswer, Expected, ProposedRecord, StoredRecord } from './log.ts';

/**
 * The messages of streams.proto (package event_store.client.streams), through the stubs that the client package ships.
 * Numbers of 64 bits travel as text there.
 */

const empty = () => new shared.Empty();

/** .NET ticks (100 ns) since 1970, as the server writes `created`. */
const ticks = (date: Date) => (BigInt(date.getTime()) * 10_000n).toString();

function identifier(stream: string) {
  return new shared.StreamIdentifier().setStreamName(new TextEncoder().encode(stream));
}

export function streamName(id: { getStreamName_asU8(): Uint8Array } | undefined): string {
  return new TextDecoder().decode(id?.getStreamName_asU8());
}

export function proposedRecord(message: AppendReq.ProposedMessage): ProposedRecord {
  const system = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: system.get('type') ?? '',
    contentType: system.get('content-type') ?? '',
    data: message.getData_asU8(),
    customMetadata: message.getCustomMetadata_asU8(),
  };
}

export function expectedRevision(options: AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream-exists';
  return BigInt(options.getRevision());
}

export function appendResponse(answer: AppendAnswer, expected: Expected, withPosition: boolean): AppendResp {
  if (!answer.accepted) return new streams.AppendResp().setWrongExpectedVersion(wrongVersion(answer.current, expected));
  const success = new streams.AppendResp.Success().setCurrentRevision(answer.last.revision.toString());
  if (withPosition) {
    const at = answer.last.position.toString();
    success.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
  } else success.setNoPosition(empty());
  return new streams.AppendResp().setSuccess(success);
}

function wrongVersion(current: bigint | undefined, expected: Expected) {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current === undefined) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(current.toString());
  if (expected === 'no-stream') wrong.setExpectedNoStream(empty());
  else if (expected === 'any') wrong.setExpectedAny(empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(empty());
  else wrong.setExpectedRevision(expected.toString());
  return wrong;
}

/** Commit and prepare position are the same for every event written outside the old explicit transactions. */
export function eventResponse(record: StoredRecord): ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(identifier(record.stream))
    .setStreamRevision(record.revision.toString())
    .setCommitPosition(record.position.toString())
    .setPreparePosition(record.position.toString())
    .setCustomMetadata(record.customMetadata)
    .setData(record.data);
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', ticks(record.created));
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(record.position.toString());
  return new streams.ReadResp().setEvent(read);
}

export function streamNotFoundResponse(stream: string): ReadResp {
  const missing = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream));
  return new streams.ReadResp().setStreamNotFound(missing);
}

export function confirmationResponse(): ReadResp {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID());
  return new streams.ReadResp().setConfirmation(confirmation);
}

export function checkpointResponse(position: bigint): ReadResp {
  const at = position.toString();
  return new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(at).setPreparePosition(at),
  );
}

/** Sent when a subscription has read to the end of the log and goes live (23.10 and later). */
export function caughtUpResponse(): ReadResp {
  return new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());
}
