import { randomUUID } from 'node:crypto';
import { jsonEvent } from '@eventstore/db-client';
import { StoreUnavailableError } from '../errors.ts';
import { sendAppend } from './append.ts';
import { drain } from './read.ts';
import type { Connection } from './read.ts';

/** The stream whose one event gives the log its identity. */
const STREAM = 'store-identity';

/**
 * The identity of the log: the id of the one event of its own stream, written by whoever asks first. The event carries
 * none of our metadata, so no reader takes it for one of the log's events.
 */
export async function readOrWriteStoreId(connection: Connection): Promise<string> {
  const standing = await readStoreId(connection);
  if (standing !== undefined) return standing;
  const data = { purpose: 'The id of this event is the identity of the log.' };
  const event = jsonEvent({ id: randomUUID(), type: 'StoreIdentified', data });
  await sendAppend(connection, STREAM, 'no-stream', [event]);
  // Read again: of two processes that start together one has won.
  const written = await readStoreId(connection);
  if (written === undefined) throw new StoreUnavailableError(`stream ${STREAM} does not show its event yet`);
  return written;
}

async function readStoreId({ client, deadlineMs }: Connection): Promise<string | undefined> {
  const [first] = await drain(client.readStream(STREAM, { maxCount: 1 }), deadlineMs);
  return first?.event?.id;
}
