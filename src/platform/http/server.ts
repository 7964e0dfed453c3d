import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '../../domain/errors.ts';
import { ConfigError } from '../config.ts';
import { createEarlyAnswers, type EarlyAnswers } from './early-answers.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

/** A listening server. It ends without failing a request of a client that does not retry: first `drain`, then `close`. */
export interface RunningServer {
  readonly url: string;
  /**
   * From now on every answer carries `Connection: close`, those in flight included, so that clients move on; resolves
   * after `waitMs`.
   */
  drain(waitMs: number): Promise<void>;
  /**
   * Stops accepting, closes the connections that nobody has used since `drain`, waits for the answers under way.
   * Rejects when some had to be cut after `deadlineMs`.
   */
  close(deadlineMs: number): Promise<void>;
}

/** Times a client has to send its headers and its whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than balancers keep a connection (60 s): whoever sends requests is the one to close, never in the middle of one. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** While closing: time between two looks for connections that have become idle. */
const LOOK_EVERY_MS = 20;

const OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
};

/**
 * The connections that a server has open, each with the last answer on it that was not ready at once, while it is under
 * way. A set of the answers would be rebuilt all the time, and each of its former tables, once old, keep the answers
 * that it held until the next full garbage collection.
 */
type Open = Map<Socket, ServerResponse | undefined>;

/**
 * Starts an HTTP server; port 0 picks a free one. `early`: what is answered without parsing. Throws `ConfigError` when the
 * address cannot be listened on.
 */
export async function listen(
  handler: RequestListener,
  address: { host: string; port: number },
  early?: EarlyAnswers,
): Promise<RunningServer> {
  const open: Open = new Map();
  let draining = false;
  const isFree = (socket: Socket): boolean => !draining && !isBusy(open, socket);
  const answers = early && createEarlyAnswers(early, { isFree, keepAliveSeconds: KEEP_ALIVE_TIMEOUT_MS / 1000 });
  const server = createServer(OPTIONS, (request, response) => {
    handler(request, response);
    if (!response.writableEnded) watch(open, request.socket, response);
    answers?.follow(request, response);
  });
  server.on('clientError', refuse).on('connection', (socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigError(`PORT, HOST: cannot listen: ${error.message}`)));
    server.listen(address.port, address.host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  const { port, family, address: host } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
  return {
    url,
    drain: async (waitMs) => {
      draining = true;
      server.prependListener('request', (_request, response) => sayGoodbye(response));
      for (const response of open.values()) if (response?.headersSent === false) sayGoodbye(response);
      await delay(waitMs);
    },
    close: (deadlineMs) => close(server, open, deadlineMs),
  };
}

/** Whether an answer is under way, or waits to be sent. */
function isBusy(open: Open, socket: Socket): boolean {
  return open.get(socket) !== undefined || socket.writableLength > 0;
}

function watch(open: Open, socket: Socket, response: ServerResponse): void {
  open.set(socket, response);
  response.once('close', () => {
    if (open.get(socket) === response) open.set(socket, undefined);
  });
}

/** The client learns with the answer that this connection takes no further request. */
function sayGoodbye(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
}

/** What Node's parser refuses (raw bytes in the request line, broken headers) is answered like any other error. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const large = error.code === 'HPE_HEADER_OVERFLOW';
  const detail = large ? 'the headers are too large' : 'the request is not HTTP: percent-encode the path (UTF-8)';
  const body = JSON.stringify(toProblem(new ProblemError('invalid-input', detail, { field: 'request' }), ''));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}

/**
 * Node's own closing of idle connections is replaced: it cuts answers that a slow client is still receiving, and leaves
 * the connections open on which nobody has ever asked anything.
 */
async function close(server: Server, open: Open, deadlineMs: number): Promise<void> {
  server.closeIdleConnections = () => {
    for (const socket of open.keys()) if (!isBusy(open, socket)) socket.destroy();
  };
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const looking = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
  let cut = 0;
  const deadline = setTimeout(() => {
    cut = [...open.keys()].filter((socket) => isBusy(open, socket)).length;
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearInterval(looking);
  clearTimeout(deadline);
  if (cut > 0) throw new Error(`requests cut after ${deadlineMs / 1000} s: ${cut}`);
}
