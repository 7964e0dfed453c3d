import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Time allowed for one call: `connectMs` until the connection stands, then `responseMs` until the last byte. */
export interface CallTimeouts {
  readonly connectMs: number;
  readonly responseMs: number;
}

export interface Transport {
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The whole body, decompressed. */
  readonly body: Buffer;
}

/** Why no answer came. `code` is the system's, or one of ours in the same style. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly reason: 'timeout' | 'connection' | 'body-too-large' | 'malformed-body';
  readonly code: string;

  constructor(reason: TransportError['reason'], code: string) {
    super(`${reason} (${code})`);
    this.reason = reason;
    this.code = code;
  }
}

/** Idle connections are closed before a server with the usual 5 s does it while a request is on its way. */
const IDLE_CONNECTION_MS = 4000;

/**
 * GET over connections that are kept alive, with a limit on everything: time to connect, time to answer, and bytes,
 * which are counted after decompression while they arrive, so that a body of any size costs `maxBytes` of memory.
 */
export function createTransport(origin: URL, timeouts: CallTimeouts, maxBytes: number): Transport {
  const { Agent, request } = origin.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });

  async function get(...[url, headers, signal]: Parameters<Transport['get']>): Promise<Answer> {
    signal?.throwIfAborted();
    const outgoing = request(url, { agent, headers: { ...headers, 'accept-encoding': 'gzip' } });
    const limits = limitCall(outgoing, timeouts, signal);
    // Whatever breaks a call is translated once, here; what we broke ourselves has its reason already.
    try {
      const response = await respond(outgoing);
      const body = await readBody(response, maxBytes, limits.end);
      return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body };
    } catch (error) {
      throw limits.reason() ?? translate(error);
    } finally {
      limits.lift();
    }
  }

  return { get, close: () => agent.destroy() };
}

function respond(outgoing: http.ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Stays for the life of the request: an error after the answer began also ends the body, which reports it.
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end();
  });
}

interface Limits {
  /** Ends the call for a reason of ours; the first one counts. */
  readonly end: (reason: unknown) => void;
  /** Why we ended the call, `undefined` if we did not: what the streams say of it then is only the echo. */
  readonly reason: () => unknown;
  readonly lift: () => void;
}

/** Ends the call when a time limit passes or the caller is gone. */
function limitCall(outgoing: http.ClientRequest, timeouts: CallTimeouts, signal: AbortSignal | undefined): Limits {
  let reason: unknown;
  let timer: NodeJS.Timeout | undefined;
  const end = (why: unknown): void => {
    reason ??= why;
    outgoing.destroy();
  };
  const allow = (ms: number, code: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => end(new TransportError('timeout', code)), ms);
  };
  const awaitResponse = (): void => allow(timeouts.responseMs, 'RESPONSE_TIMEOUT');
  const abort = (): void => end(signal?.reason);

  allow(timeouts.connectMs, 'CONNECT_TIMEOUT');
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) awaitResponse();
    else socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', awaitResponse);
  });
  signal?.addEventListener('abort', abort, { once: true });
  const lift = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  return { end, reason: () => reason, lift };
}

async function readBody(response: IncomingMessage, maxBytes: number, end: Limits['end']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) {
        const tooLarge = new TransportError('body-too-large', 'BODY_TOO_LARGE');
        end(tooLarge);
        throw tooLarge;
      }
      chunks.push(chunk);
    }
  };
  if (response.headers['content-encoding'] === 'gzip') await pipeline(response, createGunzip(), collect);
  else await pipeline(response, collect);
  return Buffer.concat(chunks, size);
}

/** A failure of the connection or of the decompression; anything else, a mistake of ours, stays what it is. */
function translate(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return error;
  return new TransportError(code.startsWith('Z_') ? 'malformed-body' : 'connection', code);
}
