import { expect } from 'chai';
import postgres from 'postgres';
import { startApplication, type Application } from '../../src/main.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { readConfig } from '../../src/platform/config.ts';
import { json } from '../support/application.ts';
import { until } from '../support/log-parts.ts';
import { testPostgres, type TestServer } from '../support/services.ts';
import { silent } from '../support/silent-log.ts';

const WRITERS = 8;

describe('losing PostgreSQL under writes', function () {
  this.timeout(120_000);
  let server: TestServer;
  let application: Application;
  let acknowledged: { requestId: string; position: string }[];
  let writing: Promise<unknown>;
  let stopWriting: () => void;

  before(async () => {
    server = await testPostgres();
    await migrate(server.url, { log: silent });
    application = await startApplication(
      readConfig({ DATABASE_URL: server.url, ROLE: 'api', PORT: '0', LOG_LEVEL: 'silent', RATE_LIMIT: 'off' }),
    );
  });
  after(async () => {
    await application.stop();
    await server.stop();
  });
  beforeEach(() => {
    acknowledged = [];
    let on = true;
    stopWriting = () => (on = false);
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; on; n += 1) await post(`w${writer}n${n}`);
    };
    writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });

  /** One command; a refusal must be a clean one. */
  async function post(characterName: string): Promise<void> {
    const response = await fetch(`${application.url}/api/v4/valuations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${Math.random()}` },
      body: JSON.stringify({ characterName }),
    });
    const body = await json<{ requestId: string; position: string; code: string }>(response);
    if (response.status === 202) acknowledged.push(body);
    else expect(response.status, JSON.stringify(body)).to.equal(503);
  }

  const more = async (count: number): Promise<void> => {
    const goal = acknowledged.length + count;
    await until(
      () => Promise.resolve(acknowledged.length),
      (n) => n >= goal,
    );
  };

  async function expectAllStored(): Promise<void> {
    stopWriting();
    await writing;
    const sql = postgres(server.url, { max: 1 });
    const rows = await sql<{ stream: string; position: string }[]>`
      select stream, position::text from events where type = 'ValuationRequested'`.finally(() => sql.end());
    const stored = new Map(rows.map((row) => [row.stream, row.position]));
    for (const { requestId, position } of acknowledged) expect(stored.get(`request-${requestId}`)).to.equal(position);
  }

  it('keeps what it acknowledged and goes on, whichever backends are killed', async () => {
    await more(50);
    const sql = postgres(server.url, { max: 1 });
    for (let round = 0; round < 10; round += 1) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`;
      await more(20);
    }
    await sql.end();
    await expectAllStored();
  });

  it('keeps what it acknowledged and goes on when the whole server is killed and comes back', async () => {
    await more(50);
    server.kill();
    await more(50);
    await expectAllStored();
  });
});
