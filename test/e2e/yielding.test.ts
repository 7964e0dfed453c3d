import { expect } from 'chai';
import postgres from 'postgres';
import { testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

describe('a backlog yields to live traffic', function () {
  this.timeout(60_000);
  let application: TestApplication;
  let sql: postgres.Sql;
  beforeEach(async () => {
    application = await testApplication({ ROLE: 'api,projector', RATE_LIMIT: 'off' });
    sql = postgres(application.databaseUrl, { max: 2 });
  });
  afterEach(async () => {
    await sql.end();
    await application.stop();
  });

  const concurrency = async (url: string) => {
    const text = await (await fetch(new URL('/metrics', url))).text();
    return Number(/^pve_worker_concurrency (\d+)$/m.exec(text)?.[1]);
  };
  /** Somebody reads, again and again, what is not in memory, until the signal aborts. */
  async function read(signal: AbortSignal): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1)
      await (await application.fetch(`/api/v4/characters/r${n}/expectation`)).text();
  }
  /** Lets go of what is looked up once somebody has waited for it longer than anybody should. */
  const makeWait = () =>
    sql.begin(async (tx) => {
      await tx`lock table expectation_view in access exclusive mode`;
      await until(
        () => sql`
          select 1 from pg_stat_activity
          where wait_event_type = 'Lock' and query like '%as wanted (key, place)%' and query_start < now() - interval '0.3 s'`,
        (waiting) => waiting.length > 0,
      );
    });

  it('from what its API sees of its reads, in another process', async () => {
    const worker = await application.beside({ ROLE: 'worker', WORKER_CONCURRENCY: '6' });
    const becomes = (most: number) =>
      until(
        () => concurrency(worker.url),
        (jobs) => jobs === most,
      );
    expect(await concurrency(worker.url)).to.equal(6);
    const stop = new AbortController();
    const reading = read(stop.signal);
    while ((await concurrency(worker.url)) > 1) await makeWait();
    await becomes(6);
    const [row] = await sql<{ p99: number }[]>`select read_p99_ms as p99 from process_signal`;
    expect(row?.p99).to.be.within(1, 250);
    stop.abort();
    await reading;
  });
});
