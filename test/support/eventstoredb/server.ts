import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServerReadableStream, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { ServerLog } from './log.ts';
import {
  appendResponse,
  eventResponse,
  expectedRevision,
  proposedRecord,
  streamName,
  streamNotFoundResponse,
} from './messages.ts';
import { selectRecords } from './reading.ts';
import { serveSubscription } from './subscription.ts';
import type { SubscriptionFaults } from './subscription.ts';

/** What a test may spoil. */
interface Faults extends SubscriptionFaults {
  /** Calls are taken and never answered. */
  silent: boolean;
  /** Append answers carry no position, like those of older servers to a repeated append. */
  withholdPositions: boolean;
  /** The next append is stored, then all connections break before it is answered. */
  loseNextAnswer: boolean;
}

/**
 * An EventStoreDB of one insecure node, as far as the adapter's protocol goes: the Streams service (append, read,
 * subscribe) over real gRPC. What it answers is taken from the sources named beside each rule, not from the adapter.
 */
export class EventStoreDbServer {
  readonly log = new ServerLog();
  readonly faults: Faults = {
    silent: false,
    withholdPositions: false,
    loseNextAnswer: false,
    checkpointAhead: false,
    subscriptionsLag: false,
  };
  /** Events sent so far, to subscribers and in answer to reads; reads left unanswered; calls that are open now. */
  readonly count = { toSubscribers: 0, toReaders: 0, unanswered: 0, appends: 0, subscriptions: 0 };
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<EventStoreDbServer> {
    const server = new EventStoreDbServer();
    await server.listen();
    return server;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Listens, on the same port as before when it ran before. */
  async listen(): Promise<void> {
    // Streams allow 16 MiB an event; the limit of gRPC's own default is 4 MiB.
    const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    server.addService(StreamsService, {
      append: (call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>) =>
        this.#append(call, done),
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => this.#read(call),
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    this.#server = server;
  }

  /** Breaks all connections and listens no more. The log stays. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  /** Breaks all connections; new ones are taken at once. */
  async dropConnections(): Promise<void> {
    this.stop();
    await this.listen();
  }

  #append(call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>): void {
    const requests: AppendReq[] = [];
    this.count.appends++;
    call.once('cancelled', () => this.count.appends--);
    call.on('data', (request: AppendReq) => requests.push(request));
    call.on('end', () => {
      if (this.faults.silent) return;
      const options = requests[0]?.getOptions();
      if (options === undefined) {
        done({ code: status.INVALID_ARGUMENT, details: 'no options' });
        return;
      }
      const proposed = requests.flatMap((request) => request.getProposedMessage() ?? []).map(proposedRecord);
      const expected = expectedRevision(options);
      const answer = this.log.append(streamName(options.getStreamIdentifier()), expected, proposed);
      if (this.faults.loseNextAnswer) {
        this.faults.loseNextAnswer = false;
        void this.dropConnections();
        return;
      }
      this.count.appends--;
      done(null, appendResponse(answer, expected, !this.faults.withholdPositions));
    });
  }

  #read(call: ServerWritableStream<ReadReq, ReadResp>): void {
    if (this.faults.silent) {
      this.count.unanswered++;
      return;
    }
    // A refusal is an answer with a status.
    try {
      const options = call.request.getOptions()!;
      if (options.hasSubscription()) {
        void this.#serve(call);
        return;
      }
      const records = selectRecords(this.log, options);
      const stream = streamName(options.getStream()?.getStreamIdentifier());
      this.count.toReaders += records?.length ?? 0;
      if (records === undefined) call.write(streamNotFoundResponse(stream));
      else for (const record of records) call.write(eventResponse(record));
      call.end();
    } catch (error) {
      call.emit('error', error);
    }
  }

  async #serve(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
    const onSent = () => {
      this.count.toSubscribers++;
    };
    this.count.subscriptions++;
    // A refusal is an answer with a status.
    try {
      await serveSubscription(call, this.log, { faults: this.faults, onSent });
    } catch (error) {
      call.emit('error', error);
    } finally {
      this.count.subscriptions--;
    }
  }
}
