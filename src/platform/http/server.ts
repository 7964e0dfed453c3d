import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ProblemError } from '../../domain/errors.ts';
import { ConfigError } from '../config.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

/** A listening server; `close` stops accepting and waits for requests in flight, `deadlineMs` at most. */
export interface RunningServer {
  readonly url: string;
  close(deadlineMs: number): Promise<void>;
}

/** Times a client has to send its headers and its whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts an HTTP server; port 0 picks a free one. Throws `ConfigError` when the address cannot be listened on. */
export async function listen(
  handler: RequestListener,
  address: { host: string; port: number },
): Promise<RunningServer> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, handler);
  server.on('clientError', refuse);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigError(`PORT, HOST: cannot listen: ${error.message}`)));
    server.listen(address.port, address.host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  const { port, family, address: host } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
  return { url, close: (deadlineMs) => close(server, deadlineMs) };
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

async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearTimeout(deadline);
}
