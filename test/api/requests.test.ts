import { expect } from 'chai';
import postgres from 'postgres';
import { json, testApplication, type TestApplication } from '../support/application.ts';

interface Accepted {
  readonly requestId: string;
  readonly status: string;
  readonly statusUrl: string;
  readonly position: string;
}

describe('filing requests', () => {
  let application: TestApplication;
  let sql: postgres.Sql;
  before(async function () {
    this.timeout(60_000);
    application = await testApplication({ ROLE: 'api' });
    sql = postgres(application.databaseUrl, { max: 1 });
  });
  after(async () => {
    await sql.end();
    await application.stop();
  });

  const VALUATIONS = '/api/v4/valuations';
  const withKey = (key: string) => ({ 'idempotency-key': key });
  const events = async (characterKey: string) =>
    await sql`select * from events where type = 'ValuationRequested' and data::jsonb ->> 'characterKey' = ${characterKey}`;

  it('answers 202 with the request’s address, which then tells that it is pending', async () => {
    const response = await application.post(VALUATIONS, { characterName: '첫번째' });
    const accepted = await json<Accepted>(response);
    expect(response.status).to.equal(202);
    expect(response.headers.get('location')).to.equal(accepted.statusUrl);
    expect(accepted).to.include({ status: 'pending' });
    const status = await json(await application.fetch(accepted.statusUrl));
    expect(status).to.include({ requestId: accepted.requestId, status: 'pending', position: accepted.position });
    expect(status).to.include({ characterName: '첫번째', settledAt: null, reason: null });
  });

  it('gives the same key and body the same answer, however often and at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        application.post(VALUATIONS, { characterName: '열쇠' }, withKey('k1')).then((it) => it.text()),
      ),
    );
    expect(new Set(answers).size).to.equal(1);
    expect(await events('열쇠')).to.have.length(1);
  });

  it('refuses the same key with another body, and stores nothing', async () => {
    const response = await application.post(VALUATIONS, { characterName: '다른이' }, withKey('k1'));
    expect(response.status).to.equal(422);
    expect(await json(response)).to.include({ code: 'idempotency-key-reused', field: 'idempotency-key' });
    expect(await events('다른이')).to.have.length(0);
  });

  it('files one request for a crowd without keys, in any spelling of the name, by command or read', async () => {
    const name = 'Crowd가';
    const path = (spelling: string) => `/api/v4/characters/${encodeURIComponent(spelling)}/expectation`;
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => application.post(VALUATIONS, { characterName: name })),
      application.post(VALUATIONS, { characterName: ` ${name.toUpperCase().normalize('NFD')} ` }),
      application.fetch(path(name)),
      application.fetch(`${path(name)}/recalculate`, { method: 'POST' }),
    ]);
    const ids = await Promise.all(answers.map(async (answer) => (await json<Accepted>(answer)).requestId));
    // A minute may turn while the crowd asks.
    expect(new Set(ids).size).to.be.lessThanOrEqual(2);
    expect((await events('crowd가')).length).to.equal(new Set(ids).size);
  });

  it('takes a recalculation without a body or with an empty object, and no other', async () => {
    const path = `/api/v4/characters/${encodeURIComponent('다시')}/expectation/recalculate`;
    expect((await application.fetch(path, { method: 'POST' })).status).to.equal(202);
    expect((await application.post(path, {})).status).to.equal(202);
    const refused = await application.post(path, { force: true });
    expect(refused.status).to.equal(400);
    expect(await json(refused)).to.include({ field: 'force' });
  });

  it('answers 404 for a request that was never made', async () => {
    for (const id of ['6f1f0f2e-6a5c-5c1e-8f0a-0d8d1f3c2b1a', 'nonsense', '%00']) {
      const response = await application.fetch(`/api/v4/requests/${id}`);
      expect(response.status, id).to.equal(404);
      expect(response.headers.get('content-type')).to.include('problem+json');
    }
  });

  it('carries the caller’s correlation id into the event, and makes one where it is not well formed', async () => {
    const given = await application.post(VALUATIONS, { characterName: '추적' }, { 'x-correlation-id': 'abc-123' });
    expect(given.headers.get('x-correlation-id')).to.equal('abc-123');
    const [event] = await events('추적');
    expect(JSON.parse(String(event?.metadata))).to.include({ correlationId: 'abc-123', actor: 'anonymous' });
    const made = await application.post(VALUATIONS, { characterName: '추적2' }, { 'x-correlation-id': 'a b' });
    const again = await application.post(VALUATIONS, { characterName: '추적2' }, { 'x-correlation-id': 'a b' });
    const [one, other] = [made, again].map((answer) => answer.headers.get('x-correlation-id'));
    expect(one).to.match(/^[\w-]{8,64}$/);
    expect(other).not.to.equal(one);
  });
});
