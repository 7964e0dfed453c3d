import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { whenAborted, whenClosed } from '../../src/platform/when-gone.ts';

describe('who is gone', () => {
  const server = createServer();
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  /** A request that is not answered, as its client and as the server see it. */
  async function ask() {
    const client = request({ port: (server.address() as AddressInfo).port });
    client.on('error', () => undefined).end();
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return { client, response };
  }

  it('is told when its client leaves, unless the listening has ended', async () => {
    const { client, response } = await ask();
    const told: string[] = [];
    whenClosed(response)(() => told.push('listens'));
    whenClosed(response)(() => told.push('has ended'))();
    const closed = once(response, 'close');
    expect(told).to.deep.equal([]);
    client.destroy();
    await closed;
    expect(told).to.deep.equal(['listens']);
  });

  it('is told of a client that has left before, but not at once', async () => {
    const { client, response } = await ask();
    const closed = once(response, 'close');
    client.destroy();
    await closed;
    let told = 0;
    whenClosed(response)(() => told++);
    expect(told).to.equal(0);
    await Promise.resolve();
    expect(told).to.equal(1);
  });

  it('is told of a signal that aborts, or has aborted, in the same way', async () => {
    const caller = new AbortController();
    let told = 0;
    whenAborted(caller.signal)(() => told++);
    whenAborted(caller.signal)(() => told++)();
    caller.abort();
    expect(told).to.equal(1);
    whenAborted(caller.signal)(() => told++);
    expect(told).to.equal(1);
    await Promise.resolve();
    expect(told).to.equal(2);
  });
});
