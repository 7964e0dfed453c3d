import { expect } from 'chai';
import postgres from 'postgres';
import { createAcceptRequest } from '../../src/commands/requests/accept-request.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { appendTo } from '../support/append-to.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

describe('an outage of the upstream', function () {
  this.timeout(30_000);
  let application: TestApplication;
  let sql: postgres.Sql;

  async function begin(environment: Record<string, string> = {}): Promise<void> {
    application = await testApplication(environment);
    sql = postgres(application.databaseUrl, { max: 1 });
  }
  afterEach(async () => {
    await sql.end();
    await application.stop();
  });

  /** Accepts this many requests over these characters; answers their ids. */
  async function accept(requests: number, characters: number): Promise<string[]> {
    const database = openDatabase({ url: application.databaseUrl, applicationName: 'test', poolSize: 2 });
    const store = createPostgresEventStore({ database });
    const acceptRequest = createAcceptRequest({
      store,
      append: appendTo(store),
      limits: undefined,
      now: () => new Date(),
    });
    const accepted = await Promise.all(
      Array.from({ length: requests }, (_, index) =>
        acceptRequest({
          characterName: `load-${String(1000 + (index % characters)).padStart(5, '0')}`,
          idempotency: { key: String(index), route: 'test' },
          client: 'test',
          correlationId: 'outage',
          actor: 'test',
        }),
      ),
    );
    await store.close();
    await database.close();
    return accepted.map(({ requestId }) => requestId);
  }

  const count = async (type: string) => {
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from events where type = ${type}`;
    return row?.count ?? 0;
  };
  const episodes = async () => [await count('OutageStarted'), await count('OutageEnded')];
  const some = (type: string) =>
    until(
      () => count(type),
      (events) => events > 0,
    );
  const statusOf = async (requestId: string) =>
    (await json<{ status: string }>(await application.fetch(`/api/v4/requests/${requestId}`))).status;
  const drained = () =>
    until(
      () => sql`select 1 from backlog_view limit 1`,
      (rows) => rows.length === 0,
    );
  /** Outcomes of all requests in the log, as the settlements of their characters say. */
  const outcomes = () => sql<{ outcome: string | null; count: number }[]>`
    select s.outcome, count(*)::int as count from events e
    left join settlement_view s on s.character_key = e.data::jsonb ->> 'characterKey'
      and s.after < e.position and s.through >= e.position
    where e.type = 'ValuationRequested' group by 1`;
  const metric = async (url: string, name: string) => {
    const text = await (await fetch(new URL('/metrics', url))).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length) ?? NaN,
    );
  };
  const becomes = (ask: () => Promise<number>, value: number) => until(ask, (answer) => answer === value);

  it('settles none of 1,000 requests while it lasts, and values all of them by itself afterwards', async () => {
    await begin();
    const { standin } = application;
    standin.set({ failure: 'OPENAPI00010' });
    const requestIds = await accept(1000, 8);
    await some('OutageStarted');
    expect(await statusOf(requestIds[0]!)).to.equal('deferred');
    expect(await statusOf(requestIds[999]!)).to.equal('deferred');
    const { calls } = standin.stats();
    await until(
      () => Promise.resolve(standin.stats().calls.id),
      (lookUps) => lookUps >= calls.id + 5,
    );
    // What was under way has ended; since then the upstream has seen nothing but probes, one name at a time.
    standin.resetStats();
    await until(
      () => Promise.resolve(standin.stats().calls.id),
      (lookUps) => lookUps >= 2,
    );
    expect(standin.stats()).to.deep.include({ mostOpen: 1 });
    expect(standin.stats().calls).to.include({ 'character/basic': 0, 'character/item-equipment': 0 });
    expect(await count('ValuationSettled')).to.equal(0);

    standin.calm();
    await some('OutageEnded');
    await drained();
    await until(outcomes, (rows) => rows.every((row) => row.outcome !== null));
    expect([...(await outcomes())]).to.deep.equal([{ outcome: 'valued', count: 1000 }]);
    expect(await statusOf(requestIds[500]!)).to.equal('valued');
    expect(await episodes()).to.deep.equal([1, 1]);
    expect(standin.stats().calls['character/item-equipment']).to.be.lessThan(20);
  });

  it('is one episode for all processes, whichever noticed', async () => {
    await begin();
    const other = await application.beside({ ROLE: 'worker' });
    const held = (value: number) =>
      Promise.all([application.url, other.url].map((url) => becomes(() => metric(url, 'pve_upstream_held'), value)));
    application.standin.set({ failure: 'reset' });
    const [requestId = ''] = await accept(20, 4);
    await held(1);
    expect(await episodes()).to.deep.equal([1, 0]);
    application.standin.calm();
    await held(0);
    await drained();
    await until(
      () => statusOf(requestId),
      (status) => status === 'valued',
    );
    expect(await episodes()).to.deep.equal([1, 1]);
    await other.stop();
  });

  it('goes on when probes are good and calls are not: the ramp falls back, nothing is settled', async () => {
    await begin({ UPSTREAM_RAMP_STEP_MS: '1000' });
    const { standin } = application;
    standin.set({ failure: 'OPENAPI00001', failingEndpoints: ['character/item-equipment'] });
    const [requestId = ''] = await accept(10, 5);
    const phase = (name: string) => becomes(() => metric(application.url, `pve_upstream_breaker{state="${name}"}`), 1);
    await some('OutageStarted');
    await phase('ramp');
    await phase('open');
    await phase('ramp');
    expect([await episodes(), await count('ValuationSettled')]).to.deep.equal([[1, 0], 0]);
    standin.calm();
    await until(
      () => statusOf(requestId),
      (status) => status === 'valued',
    );
    await some('OutageEnded');
    expect(await episodes()).to.deep.equal([1, 1]);
  });

  it('is what an operator says it is: no call is made until the setting is another', async () => {
    await begin({ ROLE: 'api,projector' });
    const closed = await application.beside({ ROLE: 'worker', UPSTREAM_BREAKER: 'open' });
    const [requestId = ''] = await accept(5, 1);
    await some('OutageStarted');
    expect(await statusOf(requestId)).to.equal('deferred');
    await closed.stop();
    expect(application.standin.stats().calls.id).to.equal(0);
    const auto = await application.beside({ ROLE: 'worker' });
    await until(
      () => statusOf(requestId),
      (status) => status === 'valued',
    );
    await some('OutageEnded');
    expect(await episodes()).to.deep.equal([1, 1]);
    await auto.stop();
  });
});
