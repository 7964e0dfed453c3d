import { expect } from 'chai';
import postgres from 'postgres';
import { startApplication, type Application } from '../../src/main.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { readConfig } from '../../src/platform/config.ts';
import { json } from '../support/application.ts';
import { until } from '../support/log-parts.ts';
import { temporaryFolder, testPostgres, type TestServer } from '../support/services.ts';
import { silent } from '../support/silent-log.ts';

const WRITERS = 8;

interface Accepted {
  readonly requestId: string;
  readonly statusUrl: string;
  readonly position: string | null;
  readonly durability?: string;
}

describe('losing PostgreSQL under writes', function () {
  this.timeout(120_000);
  let server: TestServer;
  let application: Application;
  let acknowledged: Accepted[];
  let slowest: number;
  let writing: Promise<unknown>;
  let stopWriting: () => void;

  before(async () => {
    server = await testPostgres();
    await migrate(server.url, { log: silent });
    application = await startApplication(
      readConfig({
        DATABASE_URL: server.url,
        PVE_DATA_DIR: await temporaryFolder(),
        ...{ ROLE: 'api', PORT: '0', LOG_LEVEL: 'silent', RATE_LIMIT: 'off' },
      }),
    );
  });
  after(async () => {
    await application.stop();
    await server.stop();
  });
  beforeEach(() => {
    acknowledged = [];
    slowest = 0;
    let on = true;
    stopWriting = () => (on = false);
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; on; n += 1) await post(`w${writer}n${n}`);
    };
    writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });

  /** One command; a refusal must be a clean one. */
  async function post(characterName: string): Promise<void> {
    const began = performance.now();
    const response = await fetch(`${application.url}/api/v4/valuations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${Math.random()}` },
      body: JSON.stringify({ characterName }),
    });
    slowest = Math.max(slowest, performance.now() - began);
    const body = await json<Accepted>(response);
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

  const spooled = () => acknowledged.filter(({ position }) => position === null);

  /** Everything acknowledged is in the log, once, where it was said to be; what was spooled comes soon. */
  async function expectAllStored(): Promise<void> {
    stopWriting();
    await writing;
    const sql = postgres(server.url, { max: 1 });
    const storedRows = () => sql<{ stream: string; position: string }[]>`
      select stream, position::text from events where type = 'ValuationRequested'`;
    const rows = await until(storedRows, (found) => {
      const streams = new Set(found.map(({ stream }) => stream));
      return spooled().every(({ requestId }) => streams.has(`request-${requestId}`));
    }).finally(() => sql.end());
    const stored = new Map(rows.map((row) => [row.stream, row.position]));
    expect(stored.size).to.equal(rows.length);
    for (const { requestId, position } of acknowledged)
      if (position !== null) expect(stored.get(`request-${requestId}`)).to.equal(position);
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

  it('goes on accepting while the whole server is away, into the spool, and has everything in the log afterwards', async () => {
    await more(50);
    server.kill();
    await until(
      () => Promise.resolve(spooled().length),
      (count) => count > 0,
    );
    const statuses = new Set<number>();
    const watching = (async () => {
      while (acknowledged.at(-1)?.position === null) {
        const [{ statusUrl } = { statusUrl: '/' }] = spooled();
        statuses.add((await fetch(new URL(statusUrl, application.url))).status);
      }
    })();
    await until(
      () => Promise.resolve(acknowledged.at(-1)?.position),
      (position) => position !== null,
    );
    await watching;
    await expectAllStored();
    expect(spooled()[0]).to.include({ durability: 'spooled' });
    expect([...statuses], 'status of what is spooled').to.not.include(404);
    expect(slowest, 'slowest answer, ms').to.be.lessThan(4000);
    const status = await json<{ status: string }>(await fetch(new URL(spooled()[0]!.statusUrl, application.url)));
    expect(status).to.include({ status: 'pending' });
  });
});
