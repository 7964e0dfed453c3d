import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import postgres from 'postgres';
import { json } from '../support/application.ts';
import { until } from '../support/log-parts.ts';
import { startPve, type PveProcess } from '../support/pve-process.ts';
import { temporaryFolder, testDatabase, type TestDatabase } from '../support/services.ts';
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('a process killed with requests in its spool', function () {
  this.timeout(90_000);
  let database: TestDatabase;
  let network: TcpProxy;
  let pve: PveProcess;
  let sql: postgres.Sql;
  let folder: string;
  beforeEach(async () => {
    database = await testDatabase();
    network = await tcpProxy(database.url);
    folder = await temporaryFolder();
    sql = postgres(database.url, { max: 1 });
  });
  afterEach(async () => {
    await pve.killHard();
    await network.close();
    await sql.end();
    await database.drop();
  });

  const start = () =>
    startPve({ DATABASE_URL: network.url, PVE_DATA_DIR: folder, ROLE: 'api', LOG_LEVEL: 'warn', RATE_LIMIT: 'off' });
  const file = async (characterName: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': encodeURIComponent(characterName) };
    const body = JSON.stringify({ characterName });
    const response = await fetch(`${pve.url}/api/v4/valuations`, { method: 'POST', headers, body });
    const accepted = await json<{ requestId: string; position: string | null }>(response);
    return { ...accepted, status: response.status };
  };

  it('leaves them to the next one of its folder, which has each in the log exactly once', async () => {
    pve = await start();
    expect((await file('앞서')).position).to.not.equal(null);
    network.freeze();
    const first = await Promise.all(Array.from({ length: 5 }, (_, n) => file(`첫${n}`)));
    const then = performance.now();
    const more = await Promise.all(Array.from({ length: 100 }, (_, n) => file(`더${n}`)));
    expect(performance.now() - then, 'ms for a hundred while the log is away').to.be.lessThan(2000);
    for (const { status, position } of [...first, ...more]) expect([status, position]).to.deep.equal([202, null]);
    await pve.killHard();
    expect((await readdir(join(folder, 'spool'))).length).to.equal(2);

    network.thaw();
    pve = await start();
    await until(
      () => readdir(join(folder, 'spool')),
      (names) => names.length === 0,
    );
    const rows = await sql<{ stream: string }[]>`select stream from events where type = 'ValuationRequested'`;
    const streams = rows.map(({ stream }) => stream);
    for (const { requestId } of [...first, ...more])
      expect(streams.filter((stream) => stream === `request-${requestId}`)).to.have.length(1);
    const [drained] = await sql<{ data: string }[]>`select data from events where type = 'SpoolDrained'`;
    expect(JSON.parse(drained!.data)).to.include({ entries: 105, conflicts: 0 });
    expect(await file('앞서')).to.include({ status: 202 });
  });
});
