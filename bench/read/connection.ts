import { connect, type Socket } from 'node:net';

/** What a response was. Bodies are compared while they arrive, none is kept but the first of each path. */
export interface Answer {
  readonly status: number;
  readonly tier: string;
  /** The body is that of the first answer to the same path, byte for byte. */
  readonly same: boolean;
}

const HEAD_END = '\r\n\r\n';
/** What has just arrived on any connection, taken before anything else arrives: one of each would leave the processor's caches. */
const ARRIVED = Buffer.allocUnsafe(64 * 1024);

/** First bodies by path: what every later body has to be. */
export type FirstBodies = Map<string, Buffer>;

/** The bytes of a GET. */
export function requestBytes(path: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({ Host: 'localhost', 'Accept-Encoding': 'br', ...headers }).map(
    ([k, v]) => `${k}: ${v}`,
  );
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

/** The bytes of a POST of this JSON. */
export function postBytes(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Buffer {
  const json = JSON.stringify(body);
  const all = { Host: 'localhost', 'Content-Type': 'application/json', ...headers };
  const lines = Object.entries({ ...all, 'Content-Length': Buffer.byteLength(json) }).map(([k, v]) => `${k}: ${v}`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${json}`);
}

/** One keep-alive connection: a request at a time, length-framed answers. */
export class Connection {
  readonly #socket: Socket;
  readonly #first: FirstBodies;
  #path = '';
  #head = '';
  #status = 0;
  #tier = '';
  /** Bytes of the body that are to come; −1 while the head arrives. */
  #left = -1;
  #length = 0;
  #same = true;
  #expected: Buffer | undefined;
  #collected: Buffer[] = [];
  #answered: (answer: Answer) => void = () => undefined;

  constructor(port: number, first: FirstBodies, onFailure: (error: Error) => void) {
    this.#first = first;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: ARRIVED,
        callback: (bytes, buffer) => {
          this.#take(buffer as Buffer, bytes);
          return true;
        },
      },
    });
    this.#socket.on('error', onFailure);
    this.#socket.on('close', () => onFailure(new Error('the server closed a connection')));
  }

  async opened(): Promise<this> {
    await new Promise<void>((resolve) => this.#socket.once('connect', () => resolve()));
    return this;
  }

  send(path: string, request: Buffer, answered: (answer: Answer) => void): void {
    this.#path = path;
    this.#answered = answered;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('close').removeAllListeners('error');
    this.#socket.on('error', () => undefined).destroy();
  }

  #take(buffer: Buffer, bytes: number): void {
    let from = 0;
    while (from < bytes) {
      if (this.#left < 0) {
        const end = buffer.indexOf(HEAD_END, from, 'latin1');
        const whole = end >= 0 && end + 4 <= bytes;
        this.#head += buffer.toString('latin1', from, whole ? end + 4 : bytes);
        from = whole ? end + 4 : bytes;
        if (whole) this.#begin();
        continue;
      }
      const taken = Math.min(this.#left, bytes - from);
      this.#compare(buffer, from, from + taken);
      from += taken;
      this.#left -= taken;
      if (this.#left === 0) this.#end();
    }
  }

  #begin(): void {
    const head = this.#head;
    this.#head = '';
    this.#status = Number(head.slice(9, 12));
    this.#tier = /\r\nx-cache: (\w+)/i.exec(head)?.[1] ?? '';
    this.#length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? (this.#status === 304 ? 0 : NaN));
    if (Number.isNaN(this.#length)) throw new Error(`an answer without a length: ${head}`);
    this.#left = this.#length;
    this.#expected = this.#status === 200 ? this.#first.get(this.#path) : undefined;
    this.#same = this.#expected === undefined || this.#expected.length === this.#length;
    this.#collected = [];
    if (this.#left === 0) this.#end();
  }

  #compare(buffer: Buffer, from: number, to: number): void {
    const at = this.#length - this.#left;
    if (this.#expected === undefined) this.#collected.push(Buffer.from(buffer.subarray(from, to)));
    else if (this.#same) this.#same = buffer.compare(this.#expected, at, at + to - from, from, to) === 0;
  }

  #end(): void {
    if (this.#expected === undefined && this.#status === 200 && !this.#first.has(this.#path)) {
      this.#first.set(this.#path, Buffer.concat(this.#collected));
    }
    this.#left = -1;
    this.#answered({ status: this.#status, tier: this.#tier, same: this.#same });
  }
}
