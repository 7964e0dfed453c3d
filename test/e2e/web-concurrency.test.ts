import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { lives } from '../support/lives.ts';
import { until } from '../support/log-parts.ts';
import { runPve, startPve, type PveProcess } from '../support/pve-process.ts';
import { temporaryFolder } from '../support/services.ts';

const READ = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation`;

/** On a connection of its own: connections are what the processes share. */
async function ask(url: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false, timeout: 5000 }, resolve)
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer')));
  });
  return { status: response.statusCode, body: await text(response) };
}

describe('several processes on one port', function () {
  this.timeout(120_000);
  let folder: string;
  let pve: PveProcess;
  before(async () => (folder = await temporaryFolder()));
  after(() => pve.signal('SIGKILL'));

  const start = async (variables: Record<string, string> = {}): Promise<void> => {
    const settings = { PVE_DATA_DIR: folder, WEB_CONCURRENCY: '2', LOG_LEVEL: 'debug', RATE_LIMIT: 'off' };
    pve = await startPve({ ...settings, ...variables });
  };
  /** The processes that have answered requests so far. */
  const answered = (): number[] => {
    const lines = pve.output().split('\n');
    const requests = lines.filter((line) => line.includes('"msg":"request"'));
    return [...new Set(requests.map((line) => (JSON.parse(line) as { pid: number }).pid))];
  };
  const askMany = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) expect((await ask(`${pve.url}/livez`)).status).to.equal(200);
  };
  const metric = async (pattern: RegExp): Promise<number> => {
    const { body } = await ask(`${pve.url}/metrics`);
    return Number(pattern.exec(body)?.[1]);
  };
  const answering = () => metric(/^pve_web_processes\{state="answering"\} (\d+)/m);
  const postmaster = async () =>
    Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  /** Everything that was started, the first process apart. */
  const others = async () => [...answered(), await postmaster()];
  const allGone = (pids: readonly number[]) =>
    until(
      () => Promise.resolve(pids.filter(lives)),
      (left) => left.length === 0,
    );

  it('do not outlive the process that started them when it is killed', async () => {
    await start();
    await askMany(20);
    const started = await others();
    expect(started).to.have.length(3);
    await pve.killHard();
    await allGone(started);
  });

  it('end at the deadline, even one that does not react, and leave nothing behind', async () => {
    await start({ SHUTDOWN_SECONDS: '1' });
    await askMany(20);
    const started = await others();
    process.kill(started[0] ?? 0, 'SIGSTOP');
    pve.signal('SIGTERM');
    expect(await pve.exited).to.equal(1);
    expect(pve.output()).to.match(/\npve: not stopped within 1 s; left: requests, jobs, .*services\n$/);
    await allGone(started);
  });

  it('do not start when one of them cannot, which is said once, nor when the database has too few connections', async () => {
    await start({ LOG_LEVEL: 'warn' });
    const variables = { WEB_CONCURRENCY: '3', PORT: new URL(pve.url).port, PVE_DATA_DIR: await temporaryFolder() };
    const { code, stderr } = await runPve(['serve'], variables);
    const many = await runPve(['serve'], { ...variables, WEB_CONCURRENCY: '64' });
    expect(await pve.signalGroup('SIGTERM')).to.equal(0);
    expect(many.stderr).to.match(/DATABASE_POOL_SIZE: 65 processes × 10 connections \+ 399 others = 1049/);
    expect(code).to.equal(1);
    expect(stderr.match(/cannot listen/g)).to.have.length(1);
    expect(stderr).to.match(/\npve: WEB_CONCURRENCY: a process did not start \(exit code 1\)/);
  });

  describe('while they run', () => {
    before(() => start({ DRAIN_SECONDS: '5' }));

    it('both answer, and the one that started them does not', async () => {
      await askMany(20);
      expect(answered()).to.have.length(2).and.not.to.include(pve.child.pid);
    });

    it('are one system: a valuation is asked of either, and made once, elsewhere', async () => {
      expect((await ask(`${pve.url}${READ}?wait=30`)).status).to.equal(200);
      const bodies = await Promise.all([1, 2, 3, 4].map(() => ask(pve.url + READ)));
      expect(new Set(bodies.map(({ body }) => body)).size).to.equal(1);
    });

    it('show their metrics in one scrape, as sums, with those of the process that started them', async () => {
      const livez =
        /^pve_http_request_duration_seconds_count\{method="GET",route="[^"]*livez[^"]*",status="200"\} (\d+)/m;
      const before = await metric(livez);
      await askMany(20);
      expect(await metric(livez)).to.equal(before + 20);
      expect(await answering()).to.equal(2);
      expect(await metric(/^pve_subscription_checkpoint\{subscription="settlement"\} (\d+)/m)).to.be.greaterThan(0);
    });

    it('are ready together, and each says so', async () => {
      const { status, body } = await ask(`${pve.url}/readyz`);
      expect([status, JSON.parse(body)]).to.deep.equal([
        200,
        { status: 'ok', accepting: true, dependencies: { database: 'ok', queue: 'ok', processes: 'ok' } },
      ]);
    });

    it('go on when one is killed, which is replaced', async () => {
      const [victim = 0] = answered();
      process.kill(victim, 'SIGKILL');
      await until(
        () => Promise.resolve(pve.output()),
        (output) => output.includes('a web process ended by itself'),
      );
      await askMany(50);
      await until(answering, (count) => count === 2);
      await askMany(20);
      expect(answered()).to.have.length(3);
      expect(answered().filter(lives)).to.have.length(2);
    });

    it('end together when a signal reaches all of them, in order, and leave nothing behind', async () => {
      const started = (await others()).filter(lives);
      expect(started).to.have.length(3);
      const ended = pve.signalGroup('SIGTERM');
      // Each of them answers on, and says that it is not ready.
      await until(
        () => ask(`${pve.url}/readyz`),
        ({ status }) => status === 503,
      );
      for (let n = 0; n < 10; n += 1) expect((await ask(`${pve.url}/readyz`)).status).to.equal(503);
      await askMany(20);
      expect(await ended, pve.output().slice(-500)).to.equal(0);
      expect(started.filter(lives)).to.deep.equal([]);
    });
  });
});
