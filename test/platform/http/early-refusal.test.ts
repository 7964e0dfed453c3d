import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { overloaded, sendOverloaded } from '../../../src/platform/http/front-door.ts';
import { until } from '../../support/log-parts.ts';
import { listen, type RunningServer } from '../../../src/platform/http/server.ts';

const ID = 'the-id';

describe('refusing before node:http has parsed anything', () => {
  let server: RunningServer;
  let refusing = true;
  /** Paths that node:http has handed over. */
  let handled: string[] = [];
  /** Ends the answer to `/slow`. */
  let release = (): void => undefined;

  before(async () => {
    const handler: Parameters<typeof listen>[0] = (request, response) => {
      handled.push(request.url ?? '');
      if (refusing && request.url === '/busy') sendOverloaded(response, ID);
      else if (request.url === '/slow') release = () => response.end('at last');
      else response.end(`answer to ${request.url}`);
    };
    const early = { refuses: (path: string) => refusing && path === '/busy', answer: () => overloaded(ID) };
    server = await listen(handler, { host: '127.0.0.1', port: 0 }, early);
  });
  after(() => server.close(100));
  beforeEach(() => {
    refusing = true;
    handled = [];
  });

  const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

  async function open() {
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return { socket, received: collect(socket) };
  }

  /** Asks on one connection, each time when the last is answered. */
  async function inTurn(requests: readonly string[]): Promise<string[]> {
    const { socket, received } = await open();
    let answers: string[] = [];
    for (const [index, request] of requests.entries()) {
      socket.write(request);
      answers = await received(index + 1);
    }
    socket.destroy();
    return answers;
  }

  /** Splits what arrives into answers, by their lengths. */
  function collect(socket: Socket): (count: number) => Promise<string[]> {
    let text = '';
    const answers: string[] = [];
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const head = text.indexOf('\r\n\r\n') + 4;
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        if (head < 4 || !(text.length >= head + length)) return;
        answers.push(text.slice(0, head + length));
        text = text.slice(head + length);
        socket.emit('answer');
      }
    });
    return async (count) => {
      while (answers.length < count) await once(socket, 'answer');
      return answers;
    };
  }
  const statusOf = (answer = '') => Number(answer.slice(9, 12));

  it('answers what node:http would, byte for byte but the date', async () => {
    const answers = await inTurn(Array.from({ length: 4 }, () => get('/busy', 'Connection: keep-alive\r\n')));
    // The first is refused behind node:http; behind the second it is known that nothing of a request is left over.
    expect(handled).to.deep.equal(['/busy', '/busy']);
    const [first, ...others] = answers.map((answer) => answer.replace(/Date: [^\r]+/, 'Date: some'));
    expect(others).to.deep.equal([first, first, first]);
    expect(answers[3]).to.match(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  });

  it('lets through what is no longer refused, on the same connection', async () => {
    const { socket, received } = await open();
    for (let n = 1; n <= 4; n++) {
      refusing = n < 4;
      socket.write(get('/busy'));
      await received(n);
    }
    expect((await received(4)).map(statusOf)).to.deep.equal([503, 503, 503, 200]);
    expect(handled).to.have.length(3);
    socket.destroy();
  });

  it('leaves to node:http what asks for more than an answer', async () => {
    const special = ['X-Correlation-ID: mine', 'Connection: close', 'Upgrade: websocket', 'Bad\u0001: x'];
    for (const header of special) {
      const [refused, , early, last] = await inTurn([
        ...Array<string>(3).fill(get('/busy')),
        get('/busy', `${header}\r\n`),
      ]);
      expect([refused, early].map(statusOf)).to.deep.equal([503, 503]);
      expect(last, header).to.match(header.startsWith('Bad') ? /^HTTP\/1.1 400 / : /^HTTP\/1.1 503 /);
    }
    // Of each connection two, and the last where it could be parsed.
    expect(handled).to.have.length(4 * 2 + 3);
  });

  it('takes no body for a request', async () => {
    const body = get('/busy');
    const head = `POST /busy HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n`;
    // Refused before its body arrives; and behind a refused one, begun in the same chunk.
    for (const [first, ...others] of [[`${head}\r\n`], [`${get('/busy')}${head}X: `, get('/busy')]]) {
      const { socket, received } = await open();
      for (const [index, piece] of [first ?? '', ...others].entries()) {
        socket.write(piece);
        await received(index + 1);
      }
      socket.write(body);
      // By when another connection is served, the server has read it.
      await inTurn([get('/free')]);
      socket.write(get('/free'));
      const answers = (await received(others.length + 2)).map(statusOf);
      expect(answers).to.deep.equal([503, ...others.map(() => 503), 200]);
      socket.destroy();
    }
  });

  it('waits for the answer before', async () => {
    const { socket, received } = await open();
    for (let n = 1; n <= 3; n++) {
      socket.write(get('/busy'));
      await received(n);
    }
    socket.write(get('/slow'));
    await until(
      () => Promise.resolve(handled),
      (paths) => paths.includes('/slow'),
    );
    socket.write(get('/busy'));
    await until(
      () => Promise.resolve(handled),
      (paths) => paths.length === 4,
    );
    release();
    expect((await received(5)).map(statusOf)).to.deep.equal([503, 503, 503, 200, 503]);
    socket.destroy();
  });

  const plain = fc.constantFrom('/busy', '/busy', '/free').map((path) => ({ paths: [path], text: get(path) }));
  const bodies = fc.constantFrom(get('/busy'), get('/free'), 'x', '');
  const special = fc
    .tuple(fc.constantFrom('/busy', '/free'), bodies)
    .chain(([path, body]) =>
      fc.constantFrom(
        { paths: [path], text: `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}` },
        { paths: [path], text: `GET ${path} HTTP/1.1\r\nHost: a\r\ncontent-length:${body.length}\r\n\r\n${body}` },
        { paths: [path], text: get(path, 'Transfer-Encoding: chunked\r\n') + chunked(body) },
        { paths: [path, path], text: get(path) + get(path) },
        { paths: [path], text: get(path, 'X-Correlation-ID: mine\r\n') },
      ),
    );
  const requests = fc.array(fc.oneof({ weight: 4, arbitrary: plain }, special), { minLength: 1, maxLength: 10 });

  it('answers each request once and in order, whatever it carries', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const { socket, received } = await open();
        const expected: number[] = [];
        for (const { paths, text } of sent) {
          expected.push(...paths.map((path) => (path === '/busy' ? 503 : 200)));
          socket.write(text);
          await received(expected.length);
        }
        expect((await received(expected.length)).map(statusOf)).to.deep.equal(expected);
        asked += expected.length;
        socket.destroy();
      }),
      { numRuns: 300 },
    );
    expect(handled.length / asked, 'by node:http').to.be.within(0.5, 0.95);
  });

  it('answers each request once and in order, however they are cut up', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.array(fc.nat(), { maxLength: 6 }), async (sent, cuts) => {
        const { socket, received } = await open();
        for (let n = 1; n <= 2; n++) {
          socket.write(get('/busy'));
          await received(n);
        }
        const expected = [
          503,
          503,
          ...sent.flatMap(({ paths }) => paths.map((path) => (path === '/busy' ? 503 : 200))),
        ];
        for (const piece of cut(sent.map(({ text }) => text).join(''), cuts)) {
          await new Promise<void>((resolve) => socket.write(piece, () => setImmediate(resolve)));
        }
        expect((await received(expected.length)).map(statusOf)).to.deep.equal(expected);
        socket.destroy();
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the answers of a drain to node:http: each closes its connection', async () => {
    const { socket, received } = await open();
    for (let n = 1; n <= 3; n++) {
      socket.write(get('/busy'));
      await received(n);
    }
    await server.drain(0);
    socket.write(get('/busy'));
    expect((await received(4)).at(-1)).to.include('\r\nConnection: close\r\n');
    socket.destroy();
  });
});

/** A body in one chunk. */
function chunked(body: string): string {
  return `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`;
}

/** Cuts a text at these places, taken modulo its length. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set([0, ...places.map((place) => place % text.length), text.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}
