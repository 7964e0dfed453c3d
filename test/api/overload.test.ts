import { expect } from 'chai';
import postgres from 'postgres';
import { LOOK_UPS } from '../../src/platform/http/admission.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

/** Look-ups let in at a time. */
const IN = LOOK_UPS.largest * LOOK_UPS.atOnce;
const QUEUE = 10;
const ASKED = IN + QUEUE + 20;

describe('overload', function () {
  this.timeout(60_000);
  let application: TestApplication;
  let sql: postgres.Sql;
  before(async () => {
    const limits = { DATABASE_POOL_SIZE: '5', ADMISSION_MAX_QUEUE: String(QUEUE), RATE_LIMIT: 'off' };
    application = await testApplication({ ROLE: 'api', ...limits });
    sql = postgres(application.databaseUrl, { max: 1 });
  });
  after(async () => {
    await sql.end();
    await application.stop();
  });

  const read = (name: string, init?: RequestInit, query = '') =>
    application.fetch(`/api/v4/characters/${name}/expectation${query}`, init);
  const metric = async (line: string): Promise<number> => {
    const text = await application.fetch('/metrics').then((answer) => answer.text());
    return Number(
      text
        .split('\n')
        .find((candidate) => candidate.startsWith(`${line} `))
        ?.slice(line.length),
    );
  };
  const admission = (kind: string, state: string) => metric(`pve_admission{class="${kind}",state="${state}"}`);
  const shed = () => metric('pve_admission_shed_total{class="lookUps"}');
  const becomes = (ask: () => Promise<number>, value: number) => until(ask, (answer) => answer === value);

  /** Runs while no query of the read model gets an answer. */
  async function whileSlow(work: () => Promise<void>): Promise<void> {
    await sql.begin(async (transaction) => {
      await transaction`lock table expectation_view in access exclusive mode`;
      await work();
    });
  }

  it('refuses the excess with 503 and Retry-After while what is let in is answered', async () => {
    let answers: Promise<Response[]> | undefined;
    await whileSlow(async () => {
      answers = Promise.all(Array.from({ length: ASKED }, (_, n) => read(`excess${n}`)));
      // The queue's deadline passes: whoever waited in it is refused too.
      await becomes(() => admission('lookUps', 'waiting'), QUEUE);
      await becomes(() => admission('lookUps', 'waiting'), 0);
    });
    const refused = (await answers!).filter(({ status }) => status === 503);
    expect(refused.length).to.equal(ASKED - IN);
    expect(refused[0]!.headers.get('retry-after')).to.equal('2');
    expect(refused[0]!.headers.get('content-type')).to.include('problem+json');
    expect(await json(refused[0]!)).to.include({ code: 'overloaded' });
    expect((await answers!).filter(({ status }) => status === 202).length).to.equal(IN);
    expect(await shed()).to.equal(ASKED - IN);
  });

  it('keeps health, metrics and commands answering, and refuses bad requests as ever', async () => {
    let answers: Promise<Response[]> | undefined;
    await whileSlow(async () => {
      answers = Promise.all(Array.from({ length: IN + QUEUE }, (_, n) => read(`many${n}`)));
      await becomes(() => admission('lookUps', 'waiting'), QUEUE);
      const statuses = await Promise.all([
        application.fetch('/livez'),
        application.fetch('/readyz'),
        application.post('/api/v4/valuations', { characterName: 'kept' }),
        read('a', {}, '?colour=red'),
        application.fetch('/api/v4/valuations'),
      ]).then((all) => all.map(({ status }) => status));
      expect(statuses).to.deep.equal([200, 200, 202, 400, 405]);
      expect(await admission('lookUps', 'active')).to.equal(IN);
    });
    await answers;
  });

  it('counts a crowd that asks for one character once', async () => {
    const before = await shed();
    let crowd: Promise<Response[]> | undefined;
    await whileSlow(async () => {
      crowd = Promise.all(Array.from({ length: 10 * QUEUE }, () => read('crowd')));
      await becomes(() => admission('lookUps', 'active'), 1);
    });
    expect((await crowd!).filter(({ status }) => status !== 202)).to.deep.equal([]);
    expect(await shed()).to.equal(before);
  });

  it('forgets a client that leaves the queue', async () => {
    const before = await shed();
    let held: Promise<Response[]> | undefined;
    await whileSlow(async () => {
      held = Promise.all(Array.from({ length: IN }, (_, n) => read(`held${n}`)));
      await becomes(() => admission('lookUps', 'active'), IN);
      const client = new AbortController();
      const left = read('left', { signal: client.signal }).catch((error: unknown) => (error as Error).name);
      await becomes(() => admission('lookUps', 'waiting'), 1);
      client.abort();
      expect(await left).to.equal('AbortError');
      await becomes(() => admission('lookUps', 'waiting'), 0);
    });
    expect(await shed(), 'it was not refused for having waited too long').to.equal(before);
    await held;
  });

  it('lets many clients wait for an answer while others read', async () => {
    const gone = new AbortController();
    const waiting = Promise.allSettled(
      Array.from({ length: 3 * QUEUE }, () => read('patience', { signal: gone.signal }, '?wait=30')),
    );
    await until(
      () => admission('waits', 'active'),
      (active) => active > QUEUE,
    );
    expect((await read('other')).status).to.equal(202);
    gone.abort();
    await waiting;
    await becomes(() => admission('waits', 'active'), 0);
  });
});
