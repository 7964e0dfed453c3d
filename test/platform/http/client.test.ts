import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createClientOf, isAddressRange } from '../../../src/platform/http/client.ts';

/** What a server on this address makes of a request with these `X-Forwarded-For` headers. */
async function clientOver(host: string, trusted: readonly string[], ...forwarded: string[]): Promise<string> {
  const clientOf = createClientOf(trusted);
  return await new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      resolve(clientOf(request));
      response.end();
    });
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      const headers = forwarded.length === 0 ? {} : { 'x-forwarded-for': forwarded };
      get({ host, port, headers, agent: false }, (response: IncomingMessage) => {
        response.resume().on('end', () => server.close());
      }).on('error', reject);
    });
  });
}

describe('the client of a request', () => {
  const LOOPBACK = '127.0.0.1';
  const behindProxy = (...forwarded: string[]) =>
    clientOver(LOOPBACK, [LOOPBACK, '10.0.0.0/8', 'fd00::/8'], ...forwarded);

  it('is the socket’s address, whatever a stranger says', async () => {
    expect(await clientOver(LOOPBACK, [])).to.equal(LOOPBACK);
    expect(await clientOver(LOOPBACK, [], '203.0.113.9')).to.equal(LOOPBACK);
    expect(await clientOver(LOOPBACK, ['10.0.0.0/8'], '203.0.113.9')).to.equal(LOOPBACK);
  });

  it('is what the trusted proxy says', async () => {
    expect(await behindProxy('203.0.113.9')).to.equal('203.0.113.9');
    expect(await behindProxy()).to.equal(LOOPBACK);
  });

  it('is the nearest address that is no trusted proxy: what stands before it was written by the client', async () => {
    expect(await behindProxy('198.51.100.1, 203.0.113.9')).to.equal('203.0.113.9');
    expect(await behindProxy('198.51.100.1, 203.0.113.9, 10.1.2.3, fd00::7')).to.equal('203.0.113.9');
    expect(await behindProxy('nonsense, 203.0.113.9')).to.equal('203.0.113.9');
    expect(await behindProxy('198.51.100.1', '203.0.113.9')).to.equal('203.0.113.9');
    expect(await behindProxy('10.0.0.1, 10.0.0.2')).to.equal('10.0.0.1');
  });

  for (const header of ['unknown', '203.0.113.9, ', ',', '203.0.113.900', '203.0.113.9:80', '203.0.113.9, unknown']) {
    it(`is the socket’s address where the header is malformed: ${header}`, async () => {
      expect(await behindProxy(header)).to.equal(LOOPBACK);
    });
  }

  it('is one for all spellings of an address, and for a whole network of IPv6', async () => {
    expect(await behindProxy('::ffff:203.0.113.9')).to.equal('203.0.113.9');
    const network = '2001:db8:0:1::/64';
    for (const address of ['2001:db8:0:1::5', '2001:0DB8:0000:0001:ffff:1:2:3', '2001:db8::1:0:0:0:1']) {
      expect(await behindProxy(address), address).to.equal(network);
    }
    expect(await behindProxy('2001:db8:0:2::5')).to.equal('2001:db8:0:2::/64');
    expect(await clientOver('::1', [])).to.equal('0:0:0:0::/64');
  });

  it('knows an address or a range when it sees one', () => {
    expect(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'].every(isAddressRange)).to.equal(true);
    const wrong = ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0/8'];
    expect(wrong.filter(isAddressRange)).to.deep.equal([]);
  });
});
