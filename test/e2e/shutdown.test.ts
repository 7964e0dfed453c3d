import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import postgres from 'postgres';
import { testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';
import { startPve, type PveProcess } from '../support/pve-process.ts';
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const pathOf = (name: string) => `/api/v4/characters/${encodeURIComponent(name)}/expectation`;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

describe('the end of a process', function () {
  this.timeout(60_000);
  let system: TestApplication;
  let pve: PveProcess | undefined;
  let sql: postgres.Sql;
  let agent: Agent;
  let network: TcpProxy;

  before(async () => {
    system = await testApplication();
    sql = postgres(system.databaseUrl, { max: 1 });
    expect((await system.fetch(`${pathOf('강은호')}?wait=20`)).status).to.equal(200);
  });
  after(async () => {
    await sql.end();
    await system.stop();
  });
  beforeEach(async () => {
    agent = new Agent({ keepAlive: true });
    network = await tcpProxy(system.databaseUrl);
  });
  afterEach(async () => {
    agent.destroy();
    pve?.signal('SIGKILL');
    await pve?.exited;
    await network.close();
  });

  const start = async (variables: Record<string, string> = {}): Promise<PveProcess> =>
    (pve = await startPve({ DATABASE_URL: network.url, ROLE: 'api', LOG_LEVEL: 'warn', ...variables }));
  const ask = async (url: string) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent }, resolve).on('error', reject);
    });
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  const hotReads = async (url: string) =>
    Number(/pve_hot_reads_total (\d+)/.exec((await ask(`${url}/metrics`)).body)?.[1]);
  const notReady = (url: string) =>
    until(
      () => ask(`${url}/readyz`),
      ({ status }) => status === 503,
    );

  it('begins with a wait: not ready, answering all, each answer with the end of its connection; told again, it ends at once', async () => {
    const { url, signal, exited, output } = await start({ DRAIN_SECONDS: '300' });
    const address = url + pathOf('강은호');
    // The first goes the slow way and teaches the hot lane.
    await ask(address);
    expect((await ask(address)).headers.connection).to.equal('keep-alive');
    const before = await hotReads(url);
    expect(before).to.be.greaterThan(0);
    signal('SIGTERM');
    const { body } = await notReady(url);
    expect(JSON.parse(body)).to.deep.include({ accepting: false, dependencies: { database: 'ok', queue: 'ok' } });
    const { status, headers } = await ask(address);
    expect([status, headers.connection]).to.deep.equal([200, 'close']);
    expect(await hotReads(url)).to.equal(before + 1);
    signal('SIGINT');
    expect(await exited).to.equal(1);
    expect(output()).to.match(/\npve: told to stop again; left: readiness, requests, [a-z, ]+, services\n$/);
  });

  it('answers what waits for a valuation with what there is, and ends well', async () => {
    system.standin.set({ failure: 'OPENAPI00001' });
    const { url, signal, exited, output } = await start();
    const waiting = ask(`${url}${pathOf('load-00900')}?wait=30`);
    // The read has filed its request, and from then on waits.
    await until(
      () => sql`select from events where type = 'ValuationRequested' and data like '%load-00900%'`,
      ({ length }) => length === 1,
    );
    signal('SIGTERM');
    expect((await waiting).status).to.equal(202);
    expect(await exited, output()).to.equal(0);
    system.standin.calm();
  });

  it('ends at the deadline all the same, and tells in one line what is left', async () => {
    const { signal, exited, output } = await start({ SHUTDOWN_SECONDS: '1' });
    network.freeze();
    signal('SIGTERM');
    expect(await exited).to.equal(1);
    expect(output()).to.match(
      /\npve: not stopped within 1 s; left: followers, queue, event store, database, services\n$/,
    );
  });

  it('ends at once when told again', async () => {
    const { url, signal, exited, output } = await start();
    network.freeze();
    signal('SIGTERM');
    await until(
      () => ask(`${url}/livez`).catch(codeOf),
      (answer) => answer === 'ECONNREFUSED',
    );
    signal('SIGINT');
    expect(await exited).to.equal(1);
    expect(output()).to.match(/\npve: told to stop again; left: [a-z, ]+, database, services\n$/);
  });
});
