import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A refusal: header names and values in turn, and an ASCII body. */
export interface Refusal {
  readonly headers: string[];
  readonly body: string;
}

/** What is refused with 503 before node:http has parsed it. */
export interface EarlyRefusal {
  /** Whether a read of this path, as it stands in the request line, is refused now. */
  readonly refuses: (path: string) => boolean;
  readonly answer: () => Refusal;
}

interface Connections {
  /** Whether a request on this connection may be refused now: nothing is being answered on it, or waits to be sent. */
  readonly isFree: (socket: Socket) => boolean;
  readonly keepAliveSeconds: number;
}

/**
 * One whole read without a body that asks for nothing but an answer. Much stricter than HTTP: what two parsers could take
 * for two things is left to node:http.
 */
const PLAIN_READ =
  /^GET (\/[!-~]*) HTTP\/1\.1\r\n(?:(?:Connection: keep-alive|(?!Connection:|Content-Length:|Transfer-Encoding:|Upgrade:|Expect:|X-Correlation-ID:)[\w-]+:[\t -~]*)\r\n)+\r\n$/i;
const TELLS_OF_BODY = /^(?:content-length|transfer-encoding)$/i;

/**
 * Refuses on connections that have been refused before, without node:http, which takes longer to parse a request and to
 * make an answer of it than the system to move the bytes. A connection on which anything comes but the plainest of reads
 * is node:http's for good.
 */
export function createEarlyRefusals({ refuses, answer }: EarlyRefusal, { isFree, keepAliveSeconds }: Connections) {
  const watched = new WeakSet<Socket>();
  const toText = createToText(keepAliveSeconds);
  let parsed: IncomingMessage | undefined;

  function watch(socket: Socket): void {
    const [parse] = socket.listeners('data') as ((chunk: Buffer) => void)[];
    if (parse === undefined) return;
    // What has been refused may have a body, or the beginning of another request behind it.
    let atStart = false;
    const look = (chunk: Buffer): void => {
      const path = PLAIN_READ.exec(chunk.toString('latin1'))?.[1];
      if (path === undefined) socket.off('data', look).on('data', parse);
      else if (atStart && isFree(socket) && refuses(path)) {
        socket.write(toText(answer()), 'latin1');
        return;
      }
      parsed = undefined;
      parse.call(socket, chunk);
      // A head that ends with the chunk, and has no body to come: the next chunk begins a request.
      atStart ||= hasNoBody(parsed);
    };
    socket.off('data', parse).on('data', look);
  }

  return {
    /** To be told of each request that node:http has parsed, when its handler has returned. */
    follow(request: IncomingMessage, response: ServerResponse): void {
      parsed = request;
      if (response.statusCode !== 503 || watched.has(request.socket)) return;
      watched.add(request.socket);
      watch(request.socket);
    },
  };
}

function hasNoBody(request: IncomingMessage | undefined): boolean {
  return request !== undefined && !request.rawHeaders.some((name) => TELLS_OF_BODY.test(name));
}

/** Writes answers as node:http does. */
function createToText(keepAliveSeconds: number): (refusal: Refusal) => string {
  const first = 'HTTP/1.1 503 Service Unavailable\r\n';
  const last = `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`;
  let second = 0;
  let date = '';
  return ({ headers, body }) => {
    const now = Date.now();
    if (now - second >= 1000) {
      second = now - (now % 1000);
      date = `Date: ${new Date(now).toUTCString()}\r\n`;
    }
    let head = first;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    return head + date + last + body;
  };
}
