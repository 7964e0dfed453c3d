import { Agent, request } from 'node:http';
import { expect } from 'chai';
import { testApplication, type TestApplication } from '../support/application.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { startPve, type PveProcess } from '../support/pve-process.ts';

const READ = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation`;
const POST = '/api/v4/valuations';
const BODY = JSON.stringify({ characterName: 'load-00001' });
const CLIENTS = 20;
/** One request in so many is a command. */
const COMMAND_EVERY = 20;

describe('a rolling restart under load', function () {
  this.timeout(120_000);
  let system: TestApplication;
  let balancer: Balancer;
  let agent: Agent;
  let running: PveProcess[];
  let sent: number;
  let failures: string[];

  before(async () => {
    system = await testApplication({ RATE_LIMIT: 'off' });
    for (const name of ['강은호', 'load-00001']) {
      await system.fetch(`/api/v4/characters/${encodeURIComponent(name)}/expectation?wait=20`);
    }
  });
  after(() => system.stop());
  beforeEach(async () => {
    balancer = await startBalancer();
    agent = new Agent({ keepAlive: true });
    [running, sent, failures] = [[], 0, []];
  });
  afterEach(async () => {
    agent.destroy();
    await balancer.close();
    for (const pve of running) pve.signal('SIGKILL');
    await Promise.all(running.map(({ exited }) => exited));
  });

  const start = async (drainSeconds: number): Promise<PveProcess> => {
    const pve = await startPve({
      DATABASE_URL: system.databaseUrl,
      ROLE: 'api',
      LOG_LEVEL: 'warn',
      RATE_LIMIT: 'off',
      DRAIN_SECONDS: String(drainSeconds),
    });
    running.push(pve);
    await balancer.add(pve.url);
    return pve;
  };

  /** A request of a client that repeats nothing, a read on a connection that it keeps: its status, or what became of it. */
  const send = (command: boolean) =>
    new Promise<number | string>((resolve) => {
      const options = command
        ? { agent: false, method: 'POST', headers: { 'content-type': 'application/json' } }
        : { agent, headers: { 'accept-encoding': 'br' } };
      const outgoing = request(balancer.url + (command ? POST : READ), options, (response) => {
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', (error) => resolve(String(error))).resume();
      });
      outgoing.on('error', (error) => resolve(String(error))).end(command ? BODY : undefined);
    });

  /** Clients that go on until `done`, and until they have sent `atLeast` requests together. */
  const load = async (atLeast: number, done: Promise<unknown>): Promise<void> => {
    let restarting = true;
    const watch = done.finally(() => (restarting = false));
    const client = async (): Promise<void> => {
      while (restarting || sent < atLeast) {
        const command = sent++ % COMMAND_EVERY === 0;
        const outcome = await send(command);
        if (outcome !== (command ? 202 : 200)) failures.push(`${command ? 'POST' : 'GET'} ${outcome}`);
      }
    };
    await Promise.all([watch, ...Array.from({ length: CLIENTS }, client)]);
  };

  const restart = async (pve: PveProcess, drainSeconds: number): Promise<void> => {
    pve.signal('SIGTERM');
    expect(await pve.exited, pve.output()).to.equal(0);
    await start(drainSeconds);
  };

  it('fails none of 10,000 requests while each of two processes is restarted', async () => {
    const [one, other] = await Promise.all([start(1), start(1)]);
    await load(
      10_000,
      restart(one, 1).then(() => restart(other, 1)),
    );
    expect(failures).to.deep.equal([]);
    expect(sent).to.be.at.least(10_000);
    expect([...balancer.given.values()].filter((connections) => connections > 0)).to.have.length(4);
  });

  it('does fail requests when a process does not wait until it is noticed', async () => {
    const [one] = await Promise.all([start(0), start(0)]);
    await load(0, restart(one, 0));
    expect(failures).not.to.deep.equal([]);
  });
});
