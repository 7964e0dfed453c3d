import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { expect } from 'chai';
import postgres from 'postgres';
import type { ErrorCode, Fault } from '../../src/standin/switches.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

type Failure = ErrorCode | Fault;

const pathOf = (name: string) => `/api/v4/characters/${encodeURIComponent(name)}/expectation`;

interface Status {
  readonly status: string;
  readonly reason: string | null;
}

describe('the main job', function () {
  this.timeout(90_000);
  let application: TestApplication;
  let sql: postgres.Sql;
  before(async () => {
    application = await testApplication();
    sql = postgres(application.databaseUrl, { max: 1 });
  });
  after(async () => {
    await sql.end();
    await application.stop();
  });
  afterEach(() => application.standin.calm());

  const read = (name: string, query = '', headers: Record<string, string> = {}) =>
    application.fetch(pathOf(name) + query, { headers });
  const file = async (characterName: string) =>
    json<{ statusUrl: string }>(await application.post('/api/v4/valuations', { characterName }));
  const statusOf = async (statusUrl: string) => json<Status>(await application.fetch(statusUrl));
  const settled = (statusUrl: string) =>
    until(
      () => statusOf(statusUrl),
      ({ status }) => status !== 'pending' && status !== 'deferred',
    );

  /** As if the answer had been there for so long; before the first read, which would keep it in memory. */
  const valuedLongAgo = async (name: string, interval: string) => {
    // A request with a key of its own: the read that follows may file another within the minute.
    const accepted = await application.post('/api/v4/valuations', { characterName: name }, { 'idempotency-key': name });
    await settled((await json<{ statusUrl: string }>(accepted)).statusUrl);
    // The answer is projected beside the settlement, and may come after it.
    await until(
      () => sql`update expectation_view set as_of = now() - ${interval}::interval where character_key = ${name}`,
      ({ count }) => count === 1,
    );
  };

  it('values a character from the first question to the answer, with its headers', async () => {
    const answer = await read('강은호', '?wait=20');
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('x-freshness')).to.equal('fresh');
    expect(answer.headers.get('x-cache')).to.equal('miss');
    expect(answer.headers.get('vary')).to.equal('Accept-Encoding, X-Min-Position');
    expect(answer.headers.get('cache-control')).to.equal('public, max-age=900');
    expect(Number(answer.headers.get('age'))).to.be.within(0, 60);
    const body = await json(answer);
    expect(body).to.include({ freshness: 'fresh', ruleSet: 'kms2026', attribution: 'Data based on NEXON Open API' });
  });

  it('asks the upstream once for a crowd that waits', async () => {
    application.standin.resetStats();
    const answers = await Promise.all(Array.from({ length: 50 }, () => read('load-00007', '?wait=20')));
    expect(answers.map((answer) => answer.status)).to.deep.equal(answers.map(() => 200));
    const once = { id: 1, 'character/basic': 1, 'character/item-equipment': 1 };
    expect(application.standin.stats().characters).to.deep.equal({ 'load-00007': once });
  });

  it('sends the same content in every coding, with a strong ETag each, and 304 for it', async () => {
    await read('강은호', '?wait=20');
    const raw = (coding: string, known: Record<string, string> = {}) =>
      new Promise<{ status: number; body: Buffer; etag: string; coding: string | undefined }>((resolve, reject) => {
        const headers = { 'accept-encoding': coding, ...known };
        get(application.url + pathOf('강은호'), { headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const { etag = '', 'content-encoding': encoding } = response.headers;
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), etag, coding: encoding });
          });
        }).on('error', reject);
      });
    const [identity, gzip, brotli] = [await raw('identity'), await raw('gzip'), await raw('br, gzip')];
    expect([identity.coding, gzip.coding, brotli.coding]).to.deep.equal([undefined, 'gzip', 'br']);
    expect(gunzipSync(gzip.body).equals(identity.body)).to.equal(true);
    expect(brotliDecompressSync(brotli.body).equals(identity.body)).to.equal(true);
    expect(new Set([identity.etag, gzip.etag, brotli.etag]).size).to.equal(3);
    const again = await raw('br', { 'if-none-match': brotli.etag });
    expect(again).to.deep.include({ status: 304, etag: brotli.etag, body: Buffer.alloc(0) });
    expect((await raw('br', { 'if-none-match': gzip.etag })).status).to.equal(200);
  });

  it('answers 404 for a character the game does not know, and settles the request as ignored', async () => {
    const answer = await read('없는사람', '?wait=20');
    expect(answer.status).to.equal(404);
    expect(await json(answer)).to.include({ code: 'not-found', field: 'characterName' });
    const { calls } = application.standin.stats();
    expect((await read('없는사람')).status).to.equal(404);
    expect(application.standin.stats().calls).to.deep.equal(calls);
    const accepted = await file('없는사람');
    expect(await settled(accepted.statusUrl)).to.include({ status: 'ignored', reason: 'unknown-character' });
  });

  const outages: Record<string, Failure> = {
    'answers with errors': 'OPENAPI00001',
    'is under maintenance, with HTTP 400': 'OPENAPI00010',
    'refuses our key': 'OPENAPI00005',
    'cuts its bodies off': 'truncated-json',
    'sends what is not JSON': 'html-502',
    'sends more than 2 MiB': 'too-large',
    'leaves out what the calculation needs': 'missing-field',
    'resets connections': 'reset',
  };
  Object.entries(outages).forEach(([kind, failure], index) => {
    it(`keeps a request pending while the upstream ${kind}, and values it afterwards`, async () => {
      const name = `load-0010${index}`;
      application.standin.set({ failure });
      application.standin.resetStats();
      const accepted = await file(name);
      await until(
        () => Promise.resolve(application.standin.stats().failed),
        (failed) => failed >= 1,
      );
      expect((await statusOf(accepted.statusUrl)).status).to.be.oneOf(['pending', 'deferred']);
      expect((await read(name)).status).to.equal(202);
      application.standin.calm();
      expect(await settled(accepted.statusUrl)).to.include({ status: 'valued', reason: null });
      expect((await read(name, '?wait=20')).status).to.equal(200);
    });
  });

  it('parks the request for a character whose payload cannot be calculated with, and says why', async () => {
    const { statusUrl } = await file('잠자는숲');
    expect(await settled(statusUrl)).to.include({ status: 'parked', reason: 'PayloadError' });
    const [row] = await sql<{ error: string }[]>`
      select evidence ->> 'error' as error from settlement_view where character_key = '잠자는숲'`;
    expect(row?.error).to.include('character_class');
  });

  it('answers an old snapshot at once as stale, files a refresh, and is fresh again afterwards', async () => {
    await valuedLongAgo('load-00040', '2 hours');
    const stale = await read('load-00040');
    expect(stale.status).to.equal(200);
    expect(stale.headers.get('x-freshness')).to.be.oneOf(['stale', 'updating']);
    expect(stale.headers.get('cache-control')).to.equal('public, max-age=900');
    expect(Number(stale.headers.get('age'))).to.be.greaterThan(7000);
    expect((await json(stale)).freshness).to.equal(stale.headers.get('x-freshness'));
    const fresh = await until(
      () => read('load-00040'),
      (answer) => answer.headers.get('x-freshness') === 'fresh',
    );
    const body = await json(fresh);
    expect(Date.now() - Date.parse(String(body.asOf))).to.be.lessThan(60_000);
  });

  it('settles a command about a fresh snapshot by that snapshot, without a call', async () => {
    await read('강은호', '?wait=20');
    application.standin.resetStats();
    const recalculate = `${pathOf('강은호')}/recalculate`;
    const accepted = await application.post(recalculate, {}, { 'idempotency-key': 'at-once' });
    expect(accepted.status).to.equal(202);
    const { statusUrl } = await json<{ statusUrl: string }>(accepted);
    expect(await settled(statusUrl)).to.include({ status: 'valued' });
    expect(application.standin.stats().characters).to.deep.equal({});
  });

  it('does not serve a snapshot older than 30 days', async () => {
    await valuedLongAgo('load-00050', '31 days');
    expect((await read('load-00050')).status).to.equal(202);
  });

  it('archives the raw payload once, under its hash', async () => {
    const rows = await sql<{ sha256: string; body: Buffer }[]>`
      select sha256, body from payload_archive where sha256 in (
        select data::jsonb ->> 'payloadHash' from events where type = 'SnapshotRecorded' and data like '%강은호%')`;
    expect(rows).to.have.length(1);
    expect(JSON.parse(gunzipSync(rows[0]!.body).toString())).to.have.property('item_equipment');
  });

  it('carries the correlation id of the request through every event that follows from it', async () => {
    const accepted = await application.post(
      '/api/v4/valuations',
      { characterName: 'load-00060' },
      { 'x-correlation-id': 'follow-me' },
    );
    await settled((await json<{ statusUrl: string }>(accepted)).statusUrl);
    const rows = await sql<
      { type: string }[]
    >`select type from events where metadata like '%follow-me%' order by position`;
    expect(rows.map((row) => row.type)).to.deep.equal([
      'ValuationRequested',
      'SnapshotRecorded',
      'ExpectationCalculated',
      'ValuationSettled',
    ]);
  });
});
