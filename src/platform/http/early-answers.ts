import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** An answer as it goes out. */
export interface EarlyAnswer {
  /** As in `200 OK`. */
  readonly status: string;
  /** Its header lines, each with its line end, but for those that node:http adds. */
  readonly lines: string;
  readonly body: Buffer | string | undefined;
}

/** Answers a read of this path, as it stands in the request line, or leaves it to node:http. */
export type AnswerPath = (path: string) => EarlyAnswer | undefined;

/** What answers requests with the headers of this one before node:http has parsed them, if anything does. */
export type EarlyAnswers = (request: IncomingMessage) => AnswerPath | undefined;

interface Connections {
  /** Whether a request on this connection may be answered now: nothing is being answered on it, or waits to be sent. */
  readonly isFree: (socket: Socket) => boolean;
  readonly keepAliveSeconds: number;
}

/** All of a request behind its first line, and what answers requests that end like this. */
interface Known {
  readonly rest: string;
  readonly answer: AnswerPath;
}

const METHOD = 'GET ';
const VERSION = ' HTTP/1.1';
const LINE_END = '\r\n';
/** Headers by which a request is more than its head. */
const MORE = /^(?:content-length|transfer-encoding|upgrade|expect|trailer)$/i;
/** Headers may differ so often in a row until a connection is left to node:http for good. */
const MOST_DIFFERENT = 4;

/**
 * Answers plain reads on connections where such reads have been answered at once before, without the work of node:http.
 * Of a request only the first line is looked at: the rest has to be, byte for byte, what node:http has parsed on this
 * connection before. What is anything else is node:http's, and so is the connection from then on, unless it is a plain
 * read again.
 */
export function createEarlyAnswers(early: EarlyAnswers, { isFree, keepAliveSeconds }: Connections) {
  const watched = new WeakSet<Socket>();
  const send = createSend(keepAliveSeconds);
  /** What node:http has parsed last. */
  let parsed: IncomingMessage | undefined;

  function watch(socket: Socket): void {
    const [parse] = socket.listeners('data') as ((chunk: Buffer) => void)[];
    if (parse === undefined) return;
    let known: Known | undefined;
    let different = 0;
    const look = (chunk: Buffer): void => {
      const text = chunk.toString('latin1');
      const path = pathOf(text);
      const isKnown = path !== undefined && known !== undefined && endsWithRest(text, path, known.rest);
      const answer = isKnown && isFree(socket) ? known?.answer(path) : undefined;
      if (answer !== undefined) {
        different = 0;
        send(socket, answer);
        return;
      }
      parsed = undefined;
      parse.call(socket, chunk);
      // What is known has no body: the next chunk begins a request.
      if (isKnown) return;
      different += 1;
      known = different > MOST_DIFFERENT ? undefined : learn(text, path, parsed, early);
      if (known === undefined) socket.off('data', look).on('data', parse);
    };
    socket.off('data', parse).on('data', look);
  }

  return {
    /** To be told of each request that node:http has parsed, when its handler has returned. */
    follow(request: IncomingMessage, response: ServerResponse): void {
      const { socket } = request;
      parsed = request;
      if (!response.writableEnded || !response.shouldKeepAlive || watched.has(socket) || !early(request)) return;
      watched.add(socket);
      watch(socket);
    },
  };
}

/** The path of a GET by the text that begins with its first line. */
function pathOf(text: string): string | undefined {
  const end = text.indexOf(LINE_END);
  const isRead = text.startsWith(METHOD) && text.startsWith(VERSION, end - VERSION.length);
  return isRead ? text.slice(METHOD.length, end - VERSION.length) : undefined;
}

function endsWithRest(text: string, path: string, rest: string): boolean {
  return text.length === METHOD.length + path.length + VERSION.length + rest.length && text.endsWith(rest);
}

/**
 * What a chunk teaches that is one whole request, as node:http has understood it: of a chunk that begins in the middle of
 * something else, no request would have both this path and exactly these headers.
 */
function learn(
  text: string,
  path: string | undefined,
  request: IncomingMessage | undefined,
  early: EarlyAnswers,
): Known | undefined {
  if (path === undefined || request?.method !== 'GET' || request.url !== path) return undefined;
  const { rawHeaders } = request;
  let rest = LINE_END;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]];
    if (MORE.test(name)) return undefined;
    if (/^connection$/i.test(name) && !/^keep-alive$/i.test(value)) return undefined;
    rest += `${name}: ${value}${LINE_END}`;
  }
  rest += LINE_END;
  if (!endsWithRest(text, path, rest)) return undefined;
  const answer = early(request);
  return answer && { rest, answer };
}

/** Writes answers as node:http does. */
function createSend(keepAliveSeconds: number): (socket: Socket, answer: EarlyAnswer) => void {
  const last = `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`;
  let second = 0;
  let end = '';
  return (socket, { status, lines, body }) => {
    const now = Date.now();
    if (now - second >= 1000) {
      second = now - (now % 1000);
      end = `Date: ${new Date(now).toUTCString()}\r\n${last}`;
    }
    const head = `HTTP/1.1 ${status}\r\n${lines}${end}`;
    if (body === undefined || typeof body === 'string') {
      socket.write(head + (body ?? ''), 'latin1');
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  };
}
