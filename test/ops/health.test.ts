import { expect } from 'chai';
import { createHealthRoutes } from '../../src/ops/health.ts';
import { createApp } from '../../src/platform/http/app.ts';
import { listen, type RunningServer } from '../../src/platform/http/server.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { json } from '../support/application.ts';
import { silent } from '../support/silent-log.ts';

describe('health and metrics', () => {
  let server: RunningServer;
  let accepting = true;
  let database: () => Promise<void>;

  before(async () => {
    const metrics = createMetrics();
    const checks = { database: () => database(), queue: () => Promise.resolve() };
    const health = createHealthRoutes({ checks, scrape: () => metrics.registry.metrics(), accepting: () => accepting });
    server = await listen(createApp([health], silent, metrics), { host: '127.0.0.1', port: 0 });
  });
  beforeEach(() => {
    accepting = true;
    database = () => Promise.resolve();
  });
  after(() => server.close(1000));

  const ready = () => fetch(`${server.url}/readyz`);

  it('is alive and ready while everything answers', async () => {
    expect((await fetch(`${server.url}/livez`)).status).to.equal(200);
    expect((await fetch(`${server.url}/startupz`)).status).to.equal(200);
    const answer = await ready();
    expect(answer.status).to.equal(200);
    expect(await json(answer)).to.deep.include({ dependencies: { database: 'ok', queue: 'ok' } });
  });

  it('is alive but not ready when a dependency fails, and says which and why', async () => {
    database = () => Promise.reject(new Error('connection refused'));
    const answer = await ready();
    expect(answer.status).to.equal(503);
    expect(await json(answer)).to.deep.include({ dependencies: { database: 'connection refused', queue: 'ok' } });
    expect((await fetch(`${server.url}/livez`)).status).to.equal(200);
  });

  it('does not wait for a dependency that hangs', async () => {
    database = () => new Promise(() => undefined);
    const answer = await ready();
    expect(answer.status).to.equal(503);
    expect(JSON.stringify(await json(answer))).to.include('no answer within 1000 ms');
  });

  it('is not ready from the moment the process is told to stop', async () => {
    accepting = false;
    expect((await ready()).status).to.equal(503);
  });

  it('exports request durations by route, not by path', async () => {
    await fetch(`${server.url}/livez`);
    await fetch(`${server.url}/somewhere/else`);
    const text = await fetch(`${server.url}/metrics`).then((answer) => answer.text());
    expect(text).to.match(/pve_http_request_duration_seconds_count\{[^}]*status="200"[^}]*\} \d+/);
    expect(text).to.include('route="none",status="404"');
    expect(text).not.to.include('somewhere');
  });
});
