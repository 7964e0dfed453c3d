import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAdmission } from '../../../src/platform/http/admission.ts';
import { createFrontDoor } from '../../../src/platform/http/front-door.ts';
import { until } from '../../support/log-parts.ts';

describe('the front door', () => {
  const admission = createAdmission({ poolSize: () => 1, threads: 1, maxQueue: () => 500 });
  const refuse = createFrontDoor(admission);
  const server = createServer((request, response) => {
    if (!refuse(request, response)) response.end('let in');
  });
  let url = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  const ask = (path: string, init?: RequestInit) => fetch(url + path, init);
  const statuses = async (path: string, count: number) =>
    (await Promise.all(Array.from({ length: count }, () => ask(path)))).map(({ status }) => status);

  it('lets a burst in, however large', async () => {
    expect(new Set(await statuses('/api/v4/characters/a/expectation', 200))).to.deep.equal(new Set([200]));
  });

  it('refuses public reads while everyone has to wait, like any problem, and nothing else', async () => {
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 55));
    const crowd = Array.from({ length: 15 }, () => admission.run('reads', pause));
    await until(
      () => Promise.resolve(admission.room('reads')),
      (room) => room <= 0,
    );
    const refused = await ask('/api/v4/characters/a/history', { headers: { 'x-correlation-id': 'mine' } });
    expect(refused.status).to.equal(503);
    expect(Object.fromEntries(refused.headers)).to.include({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '2',
      'x-correlation-id': 'mine',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
    });
    expect(await refused.json()).to.deep.equal({
      type: 'urn:pve:problem:overloaded',
      title: 'The service is busy',
      status: 503,
      code: 'overloaded',
      detail: 'more is asked than can be answered in time',
      traceId: 'mine',
    });
    const others = [
      '/api/v4/characters/a/expectation',
      '/livez',
      '/metrics',
      '/api/v4/admin/parked',
      '/discord/interactions',
    ];
    for (const path of others) expect((await ask(path)).status, path).to.equal(200);
    expect((await ask('/api/v4/valuations', { method: 'POST' })).status).to.equal(200);
    expect(admission.stats().reads.refused).to.equal(1);
    await Promise.all(crowd);
  });

  it('refuses calculations while they wait for threads, and lets stored answers by', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const crowd = Array.from({ length: admission.room('calculations') }, () =>
      admission.run('calculations', () => held),
    );
    expect(admission.room('calculations')).to.equal(0);
    expect((await ask('/api/v4/characters/a/expectation?event=shining')).status).to.equal(503);
    expect((await ask('/api/v4/estimates', { method: 'POST' })).status).to.equal(503);
    expect((await ask('/api/v4/characters/a/expectation?wait=1')).status).to.equal(200);
    expect(admission.stats().calculations.refused).to.equal(2);
    release();
    await Promise.all(crowd);
  });
});
