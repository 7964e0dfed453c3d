import { expect } from 'chai';
import postgres from 'postgres';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { createToken } from '../../src/platform/tokens.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { eventOf, until } from '../support/log-parts.ts';
import { runPve } from '../support/pve-process.ts';

interface Parked {
  readonly position: string;
  readonly characterName: string;
  readonly after: string;
  readonly through: string;
  readonly reason: string;
  readonly evidence: Record<string, string>;
}

const PARKED = '/api/v4/admin/parked';
const BROKEN = '잠자는숲';

describe('parked requests', function () {
  this.timeout(60_000);
  let application: TestApplication;
  let database: Database;
  let sql: postgres.Sql;
  let bearer: Record<string, string>;
  before(async () => {
    application = await testApplication();
    database = openDatabase({ url: application.databaseUrl, applicationName: 'test', poolSize: 2 });
    sql = postgres(application.databaseUrl, { max: 1 });
    const token = await database.query((it) => createToken(it, 'night shift', 'operator'));
    bearer = { authorization: `Bearer ${token}` };
  });
  after(async () => {
    await sql.end();
    await database.close();
    await application.stop();
  });
  afterEach(() => application.standin.calm());

  const file = async (characterName: string) => {
    const headers = { 'idempotency-key': `${characterName.length}-${Math.random()}` };
    return json<{ statusUrl: string; position: string }>(
      await application.post('/api/v4/valuations', { characterName }, headers),
    );
  };
  const statusOf = async (url: string) => json<{ status: string; reason: string | null }>(await application.fetch(url));
  const becomes = (url: string, wanted: string) =>
    until(
      () => statusOf(url),
      ({ status }) => status === wanted,
    );
  const admin = (path: string, method = 'GET') => application.fetch(path, { method, headers: bearer });
  const list = async (query = '') => json<{ parked: Parked[]; next: string | null }>(await admin(`${PARKED}${query}`));
  const parkedOf = async (name: string) => (await list('?limit=200')).parked.find((it) => it.characterName === name);

  /** A request that failed for good, as the log of an earlier version of the program tells it; it would succeed now. */
  async function parkedInThePast(name: string) {
    application.standin.set({ failure: 'OPENAPI00001' });
    const request = await file(name);
    const range = { after: '0', through: request.position };
    const state = { through: request.position, parked: [range], released: [] };
    const evidence = { error: 'boom', characterName: name };
    const data = { characterKey: name, ...range, outcome: 'parked', reason: 'RangeError', evidence, state };
    const store = createPostgresEventStore({ database });
    await store.append(`valuation-${name}`, 'no-stream', [{ ...eventOf('ValuationSettled', data), schemaVersion: 2 }]);
    await store.close();
    await becomes(request.statusUrl, 'parked');
    application.standin.calm();
    const parked = await parkedOf(name);
    return { ...request, parked: parked! };
  }

  it('say why, and under which hash the payload is archived that could not be calculated with', async () => {
    const { statusUrl, position } = await file(BROKEN);
    expect(await becomes(statusUrl, 'parked')).to.include({ reason: 'PayloadError' });
    const parked = await parkedOf(BROKEN);
    expect(parked).to.include({ through: position, reason: 'PayloadError' });
    expect(parked?.evidence.error).to.include('character_class');
    const archived = await sql`select 1 from payload_archive where sha256 = ${parked?.evidence.payload ?? ''}`;
    expect(archived.length).to.equal(1);
  });

  it('stay one entry while the same character fails again and again', async () => {
    const { statusUrl, position } = await file(BROKEN);
    await becomes(statusUrl, 'parked');
    const { parked } = await list('?limit=200');
    expect(parked.filter((it) => it.characterName === BROKEN)).to.have.length(1);
    expect(parked.find((it) => it.characterName === BROKEN)).to.include({ after: '0', through: position });
  });

  it('are tried again when an operator says so, and valued when it goes well', async () => {
    const { statusUrl, parked } = await parkedInThePast('load-00210');
    const answer = await admin(`${PARKED}/${parked.position}/retry`, 'POST');
    expect(answer.status).to.equal(202);
    expect(await json(answer)).to.include({ decision: 'retry', characterName: 'load-00210' });
    await becomes(statusUrl, 'valued');
    expect(await parkedOf('load-00210')).to.equal(undefined);
    // The backlog is another subscription: it comes to the same in its own time.
    await until(
      () => sql`select 1 from backlog_view where character_key = 'load-00210'`,
      (pending) => pending.length === 0,
    );
    const [event] = await sql<{ data: string }[]>`
      select data from events where type = 'ParkingReleased' and stream = 'valuation-load-00210'`;
    expect(JSON.parse(event!.data)).to.have.property('by').that.includes('night shift');
  });

  it('are pending again until then, and parked again when it fails again', async () => {
    const before = await parkedOf(BROKEN);
    application.standin.set({ failure: 'OPENAPI00001' });
    await admin(`${PARKED}/${before!.position}/retry`, 'POST');
    const { statusUrl } = await file('load-00211');
    const [request] = await sql<{ id: string }[]>`
      select data::jsonb ->> 'requestId' as id from events where type = 'ValuationRequested' and position = ${before!.through}`;
    await becomes(`/api/v4/requests/${request!.id}`, 'pending');
    application.standin.calm();
    await becomes(`/api/v4/requests/${request!.id}`, 'parked');
    const after = await until(
      () => parkedOf(BROKEN),
      (it) => it !== undefined,
    );
    expect(after).to.include({ after: before!.after, through: before!.through });
    expect(Number(after!.position)).to.be.greaterThan(Number(before!.position));
    await becomes(statusUrl, 'valued');
  });

  it('count as ignored when an operator says so, without a word about whether the character exists', async () => {
    const { statusUrl, parked } = await parkedInThePast('load-00220');
    expect((await admin(`${PARKED}/${parked.position}/ignore`, 'POST')).status).to.equal(202);
    expect(await becomes(statusUrl, 'ignored')).to.include({ reason: 'ignored-by-operator' });
    expect((await application.fetch('/api/v4/characters/load-00220/expectation?wait=20')).status).to.equal(200);
  });

  it('are listed page by page, and shown one by one', async () => {
    for (const name of ['load-00230', 'load-00231', 'load-00232']) await parkedInThePast(name);
    const pages: string[][] = [];
    for (let path: string | null = '?limit=2'; path !== null;) {
      const { parked, next }: { parked: Parked[]; next: string | null } = await list(path);
      pages.push(parked.map((it) => it.position));
      path = next === null ? null : next.slice(PARKED.length);
    }
    const all = pages.flat();
    expect(pages.slice(0, -1).every((page) => page.length === 2)).to.equal(true);
    expect(all).to.deep.equal([...new Set(all)].sort((a, b) => Number(a) - Number(b)));
    const shown = await json<Parked>(await admin(`${PARKED}/${all.at(-1)}`));
    expect(shown).to.include({ position: all.at(-1), characterName: 'load-00232' });
  });

  it('answer the operator’s command line too', async () => {
    const environment = { DATABASE_URL: application.databaseUrl };
    const { parked } = await parkedInThePast('load-00240');
    const listed = await runPve(['parked', 'list', '--json', '--limit', '200'], environment);
    expect((JSON.parse(listed.stdout) as Parked[]).map((it) => it.position)).to.include(parked.position);
    const retried = await runPve(['parked', 'ignore', parked.position], environment);
    expect(retried.stdout).to.include('load-00240: ignored');
    await until(
      () => parkedOf('load-00240'),
      (it) => it === undefined,
    );
    const gone = await runPve(['parked', 'show', parked.position], environment);
    expect(gone).to.include({ code: 1, stderr: `pve: nothing is parked under ${parked.position}\n` });
  });

  const refused: [args: string[], line: string][] = [
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['list', '--limit', '1e3'], '--limit: a whole number'],
    [['list', '--limit', '99999999999999999999'], '--limit: a whole number'],
    [['list', '--after', '9223372036854775808'], 'not a log position'],
    [['show', 'x'], 'not a log position: x'],
    [['retry', '9223372036854775807', '-1'], 'not a log position: -1'],
    [['ignore'], 'missing required argument'],
  ];
  for (const [args, line] of refused) {
    it(`are not there for “pve parked ${args.join(' ')}”, which is told so in one line`, async () => {
      const { code, stdout, stderr } = await runPve(['parked', ...args], { DATABASE_URL: application.databaseUrl });
      expect([code, stdout, stderr.trimEnd().split('\n').length]).to.deep.equal([1, '', 1]);
      expect(stderr).to.include(line);
    });
  }

  it('are released once, by an operator, and only what is there', async () => {
    const { parked } = await parkedInThePast('load-00250');
    const path = `${PARKED}/${parked.position}/ignore`;
    expect((await application.fetch(path, { method: 'POST' })).status).to.equal(401);
    const answers = await Promise.all([admin(path, 'POST'), admin(path, 'POST'), admin(path, 'POST')]);
    expect(answers.map(({ status }) => status).filter((status) => status === 202)).to.have.length(1);
    for (const { status } of answers) expect(status).to.be.oneOf([202, 404, 409]);
    expect((await admin(`${PARKED}/999999999/retry`, 'POST')).status).to.equal(404);
    expect((await admin(`${PARKED}/x/retry`, 'POST')).status).to.equal(400);
    expect((await admin(`${PARKED}/1/retry`)).status).to.equal(405);
  });
});
