import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { listen, type RunningServer } from '../../../src/platform/http/server.ts';

/** More than the buffers of both kernels hold. */
const LARGE = Buffer.alloc(20_000_000, 'x');

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

describe('the end of an HTTP server', () => {
  let server: RunningServer;
  let agent: Agent;
  /** Answers that wait for the test. */
  let held: (() => void)[];
  let arrived: (() => void)[];

  const handler: RequestListener = (request, response) => {
    if (request.url === '/held') {
      held.push(() => response.end('at last'));
      arrived.splice(0).forEach((tell) => tell());
    } else response.end(request.url === '/large' ? LARGE : 'here');
  };

  beforeEach(async () => {
    held = [];
    arrived = [];
    agent = new Agent({ keepAlive: true });
    server = await listen(handler, { host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    agent.destroy();
    held.forEach((answer) => answer());
    await server.close(100);
  });

  const ask = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(server.url + path, { agent }, resolve).on('error', reject);
    });
  const read = async (path: string) => {
    const answer = await ask(path);
    return { connection: answer.headers.connection, body: await text(answer) };
  };
  const inFlight = () => new Promise<void>((resolve) => arrived.push(resolve));
  const openSocket = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };

  it('keeps connections open longer than balancers do, and says so', async () => {
    const answer = await ask('/');
    answer.resume();
    expect(answer.headers['keep-alive']).to.equal('timeout=65');
  });

  it('lets clients move on: every answer of the drain closes its connection, and none is refused', async () => {
    expect(await read('/')).to.deep.equal({ connection: 'keep-alive', body: 'here' });
    const arriving = inFlight();
    const late = read('/held');
    await arriving;
    await server.drain(0);
    // On the connection that was idle, on a new one, and on the one whose request began before.
    expect(await read('/')).to.deep.equal({ connection: 'close', body: 'here' });
    expect(await read('/')).to.deep.equal({ connection: 'close', body: 'here' });
    held.forEach((answer) => answer());
    expect(await late).to.deep.equal({ connection: 'close', body: 'at last' });
  });

  it('waits for balancers, and answers meanwhile', async () => {
    const began = performance.now();
    const waiting = server.drain(50);
    expect((await read('/')).body).to.equal('here');
    await waiting;
    // A timer may come a millisecond early.
    expect(performance.now() - began).to.be.at.least(49);
  });

  it('finishes the requests in flight, however long ago it stopped accepting', async () => {
    const arriving = inFlight();
    const late = read('/held');
    await arriving;
    await server.drain(0);
    const closed = server.close(10_000);
    const refused = await read('/').catch(codeOf);
    expect(refused).to.equal('ECONNREFUSED');
    held.forEach((answer) => answer());
    expect((await late).body).to.equal('at last');
    await closed;
  });

  it('does not cut an answer that a slow client is still receiving', async () => {
    const answer = await ask('/large');
    const closed = server.close(10_000);
    await new Promise(setImmediate);
    expect((await text(answer)).length).to.equal(LARGE.length);
    await closed;
  });

  it('does not wait for connections on which nobody asks anything', async () => {
    await read('/');
    const silent = await openSocket();
    silent.resume();
    const gone = once(silent, 'close');
    await server.close(60_000);
    await gone;
  });

  it('cuts what takes too long, and says how many', async () => {
    const arriving = inFlight();
    const late = read('/held').catch(codeOf);
    await arriving;
    const failure: unknown = await server.close(20).catch((error: unknown) => error);
    expect(String(failure)).to.equal('Error: requests cut after 0.02 s: 1');
    expect(await late).to.equal('ECONNRESET');
  });
});
