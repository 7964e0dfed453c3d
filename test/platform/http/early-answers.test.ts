import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { type EarlyAnswers } from '../../../src/platform/http/early-answers.ts';
import { earlyOverloaded, sendOverloaded } from '../../../src/platform/http/front-door.ts';
import { linesOf } from '../../../src/platform/http/header-lines.ts';
import { until } from '../../support/log-parts.ts';
import { listen, type RunningServer } from '../../../src/platform/http/server.ts';
import { chunked, collect, cut } from './raw-http.ts';

const ID = 'the-id';
const KNOWN_BODY = Buffer.from('äußerst bekannt');
const KNOWN = ['ETag', '"a"', 'Content-Length', String(KNOWN_BODY.length)];

describe('answering before node:http has parsed anything', () => {
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
      else if (request.url === '/known') response.writeHead(200, KNOWN).end(KNOWN_BODY);
      else if (request.url === '/unchanged') response.writeHead(304, ['ETag', '"a"']).end();
      else response.end(`answer to ${request.url}`);
    };
    const early: EarlyAnswers = ({ headers }) => (headers['x-correlation-id'] === undefined ? answer : undefined);
    const answer = (path: string) => {
      if (path === '/known') return { status: '200 OK', lines: linesOf(KNOWN), body: KNOWN_BODY };
      if (path === '/unchanged') return { status: '304 Not Modified', lines: 'ETag: "a"\r\n', body: undefined };
      return refusing && path === '/busy' ? earlyOverloaded(ID) : undefined;
    };
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

  const statusOf = (answer = '') => Number(answer.slice(9, 12));

  for (const path of ['/busy', '/known', '/unchanged'])
    it(`answers ${path} as node:http would, byte for byte but the date`, async () => {
      const answers = await inTurn(Array.from({ length: 4 }, () => get(path, 'Connection: keep-alive\r\n')));
      // The first is answered behind node:http; with the second it is known what such a request is.
      expect(handled).to.deep.equal([path, path]);
      const [first, ...others] = answers.map((answer) => answer.replace(/Date: [^\r]+/, 'Date: some'));
      expect(others).to.deep.equal([first, first, first]);
      expect(answers[3]).to.match(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
    });

  it('learns other headers anew, a few times in a row', async () => {
    const ask = (name: string, count: number) => Array<string>(count).fill(get('/known', `Accept: ${name}\r\n`));
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await inTurn(names.flatMap((name) => ask(name, 3)));
    expect(handled, 'the first of each, and the second of all').to.have.length(names.length + 1);
    handled = [];
    await inTurn([...names.flatMap((name) => ask(name, 1)), ...ask('f', 3)]);
    expect(handled, 'all: five times in a row they were others').to.have.length(names.length + 3);
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

  it('takes neither a body nor a header for a request', async () => {
    const body = get('/busy');
    const head = `POST /busy HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n`;
    const itsOwnBody = get('/busy', `Content-Length: ${get('/busy').length + 'Content-Length: 61\r\n'.length}\r\n`);
    for (const [answered, last] of [
      // Refused before its body arrives; and behind a refused one, begun in the same chunk.
      [[`${head}\r\n`], body],
      [[`${get('/busy')}${head}X: `, get('/busy')], body],
      [[get('/busy'), itsOwnBody], itsOwnBody],
      // What looks like a request ends the headers of one that has begun in the chunk before.
      [[get('/busy'), `${get('/busy')}GET /free HTTP/1.1\r\nX: `], get('/busy')],
    ] as const) {
      const { socket, received } = await open();
      for (const [index, piece] of answered.entries()) {
        socket.write(piece);
        await received(index + 1);
      }
      socket.write(last);
      // By when another connection is served, the server has read it.
      await inTurn([get('/free')]);
      socket.write(get('/free'));
      const isBegun = answered[1]?.endsWith('X: ') === true;
      const expected = [...answered.map(() => 503), ...(isBegun ? [200] : []), 200];
      expect((await received(expected.length)).map(statusOf)).to.deep.equal(expected);
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

  const plain = fc
    .tuple(fc.constantFrom('/busy', '/known', '/free'), fc.constantFrom('', '', '', 'Accept: x\r\n'))
    .map(([path, headers]) => ({ paths: [path], text: get(path, headers) }));
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
