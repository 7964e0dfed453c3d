import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerLog, StoredRecord } from './log.ts';
import { caughtUpResponse, checkpointResponse, confirmationResponse, eventResponse } from './messages.ts';
import { startPosition } from './reading.ts';

/** What a test may spoil in a subscription. */
export interface SubscriptionFaults {
  /**
   * On going live, send a checkpoint at the end of the log, where the *next* event will stand, as some server versions
   * do (github.com/kurrent-io/KurrentDB pull requests 4035 and 4975): who resumes there misses that event.
   */
  checkpointAhead: boolean;
  /** Send nothing until the log grows after this is lifted, like a subscription that falls behind. */
  subscriptionsLag: boolean;
}

interface Watched {
  readonly faults: SubscriptionFaults;
  /** Told about every event that goes out. */
  readonly onSent: () => void;
}

type Call = ServerWritableStream<ReadReq, ReadResp>;

/**
 * Catch-up subscription to `$all` (EventStore.Core, Enumerator.AllSubscriptionFiltered): confirmed first, then every
 * matching event after the position (exclusive, unlike a read), "caught up" once at the end of the log, then live. A
 * filtered one sends a checkpoint after every `max × checkpointIntervalMultiplier` events considered, matching or not.
 */
export async function serveSubscription(call: Call, log: ServerLog, { faults, onSent }: Watched): Promise<void> {
  const options = call.request.getOptions()!;
  let index = firstIndex(log, options);
  const { matches, interval } = readFilter(options);
  let considered = 0;
  let live = false;
  await send(call, confirmationResponse());
  while (isOpen(call)) {
    const record = log.records[index];
    if (record === undefined || faults.subscriptionsLag) {
      if (!live) {
        live = true;
        if (faults.checkpointAhead) await send(call, checkpointResponse(log.end));
        await send(call, caughtUpResponse());
      }
      await growth(call, () => log.records[index] !== undefined && !faults.subscriptionsLag, log);
      continue;
    }
    index++;
    if (matches(record)) {
      await send(call, eventResponse(record));
      onSent();
    }
    if (++considered < interval) continue;
    considered = 0;
    await send(call, checkpointResponse(record.position));
  }
}

function firstIndex(log: ServerLog, options: ReadReq.Options): number {
  const from = options.getAll()!;
  if (from.hasStart()) return 0;
  if (from.hasEnd()) return log.records.length;
  const position = startPosition(log, from);
  const index = log.indexOf(position);
  return log.records[index]?.position === position ? index + 1 : index;
}

/** The server's window when the client names none (ReadBatchSize). */
const DEFAULT_WINDOW = 32;

function readFilter(options: ReadReq.Options): { matches: (record: StoredRecord) => boolean; interval: number } {
  const filter = options.getFilter();
  if (filter === undefined) return { matches: () => true, interval: Infinity };
  const expression = filter.getEventType() ?? filter.getStreamIdentifier()!;
  const subject = (record: StoredRecord) => (filter.hasEventType() ? record.type : record.stream);
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex(), 'u');
  return {
    matches: (record) =>
      prefixes.length > 0 ? prefixes.some((p) => subject(record).startsWith(p)) : regex.test(subject(record)),
    interval: filter.getCheckpointintervalmultiplier() * (filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW),
  };
}

function isOpen(call: Call): boolean {
  return !call.cancelled && !call.destroyed;
}

/** Writes when the subscriber takes it: what the client does not read stays here. */
async function send(call: Call, response: ReadResp): Promise<void> {
  if (!isOpen(call) || call.write(response)) return;
  const ended = new AbortController();
  const end = () => ended.abort();
  call.once('cancelled', end).once('close', end);
  await once(call, 'drain', { signal: ended.signal }).catch(() => undefined);
  call.off('cancelled', end).off('close', end);
}

/** Resolves when the condition holds as the log grows, or when the call ends. */
function growth(call: Call, condition: () => boolean, log: ServerLog): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      if (isOpen(call) && !condition()) return;
      stop();
      call.off('cancelled', wake).off('close', wake);
      resolve();
    };
    const stop = log.onGrown(wake);
    call.on('cancelled', wake).on('close', wake);
    wake();
  });
}
