import { expect } from 'chai';
import { expandValuation } from '../../src/domain/valuation/compact.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { characterLog, value } from '../support/character-log.ts';
import { EventStoreDbServer } from '../support/eventstoredb/server.ts';

interface Problem {
  readonly code: string;
  readonly field: string;
  readonly detail: string;
}

const hat = (stars: number) => wearing(anItem({ stars }));
const path = (name: string, what = 'expectation', query = '') =>
  `/api/v4/characters/${encodeURIComponent(name)}/${what}${query}`;

const readFrom = (application: TestApplication, at: string, position: string | bigint) =>
  application.fetch(at, { headers: { 'x-min-position': String(position) } });

const file = async (application: TestApplication, characterName: string) =>
  json<{ position: string; statusUrl: string }>(await application.post('/api/v4/valuations', { characterName }));

describe('reading one’s own writes', function () {
  this.timeout(60_000);

  describe('while everything runs', () => {
    let application: TestApplication;
    before(async () => {
      application = await testApplication();
    });
    after(() => application.stop());

    it('shows each write to the read that names its position, though an older answer is in memory', async () => {
      const log = characterLog(application.databaseUrl, '쓰는이');
      for (let stars = 5; stars < 20; stars += 1) {
        const now = new Date();
        const position = await log.append(now, log.recorded(hat(stars), now), log.calculated(hat(stars)));
        const [answer, history] = await Promise.all([
          readFrom(application, path('쓰는이'), position),
          readFrom(application, path('쓰는이', 'history', '?limit=1'), position),
        ]);
        const mean = expandValuation(value(hat(stars))).presets[0]?.total.cost?.mean;
        expect((await json<{ total: { mean: number } }>(answer)).total.mean).to.equal(mean);
        const { points } = await json<{ points: { position: string }[] }>(history);
        expect(points.map((point) => point.position)).to.deep.equal([String(position)]);
        // In memory from here on.
        await application.fetch(path('쓰는이'));
      }
      await log.close();
    });

    it('reaches the position of a request, with which most read models have nothing to do', async () => {
      await application.fetch(path('강은호', 'expectation', '?wait=20'));
      const { position, statusUrl } = await file(application, '강은호');
      for (const at of [path('강은호'), path('강은호', 'history'), path('강은호', 'equipment'), statusUrl]) {
        expect((await readFrom(application, at, position)).status, at).to.equal(200);
      }
    });

    it('tells caches not to give it what they have kept for others', async () => {
      await application.fetch(path('강은호', 'expectation', '?wait=20'));
      const kept = [
        await application.fetch(path('강은호')),
        await application.fetch(path('강은호')),
        await readFrom(application, path('강은호'), 1n),
        await application.fetch(path('강은호', 'history')),
      ];
      for (const { headers } of kept) expect(headers.get('vary')).to.equal('Accept-Encoding, X-Min-Position');
    });

    for (const wrong of ['', 'abc', '-1', '1.5', '1, 2', '0x10', '9223372036854775808']) {
      it(`refuses the position “${wrong}” and names the header`, async () => {
        const answer = await readFrom(application, path('강은호'), wrong);
        expect(answer.status).to.equal(400);
        expect(await json(answer)).to.include({ code: 'invalid-input', field: 'x-min-position' });
      });
    }

    it('refuses a wait that is none', async () => {
      const answer = await readFrom(application, path('강은호', 'expectation', '?wait=long'), 1n);
      expect(await json(answer)).to.include({ code: 'invalid-input', field: 'wait' });
    });
  });

  describe('while nobody keeps the read models', () => {
    let application: TestApplication;
    before(async () => {
      application = await testApplication({ ROLE: 'api,worker' });
    });
    after(() => application.stop());

    it('answers 503 when the wait is over, and says how far it is', async () => {
      const { position, statusUrl } = await file(application, '기다려');
      for (const at of [path('기다려', 'expectation', '?wait=0.2'), `${statusUrl}?wait=0`]) {
        const answer = await readFrom(application, at, position);
        expect(answer.status).to.equal(503);
        expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
        const problem = await json<Problem>(answer);
        expect(problem).to.include({ code: 'unavailable', field: 'x-min-position' });
        expect(problem.detail).to.include(`position 0 of the log, ${position} short of ${position}`);
      }
      expect((await application.fetch(path('기다려'))).status).to.equal(202);
    });

    it('waits at most 5 s by itself, and answers as soon as they are kept', async () => {
      const { position } = await file(application, '강은호');
      const started = performance.now();
      const late = await readFrom(application, path('강은호'), position);
      expect(late.status).to.equal(503);
      expect(performance.now() - started).to.be.within(4_900, 10_000);
      const waiting = readFrom(application, path('강은호', 'expectation', '?wait=30'), position);
      const projector = await testApplication({ ROLE: 'projector', DATABASE_URL: application.databaseUrl });
      expect((await waiting).status).to.be.oneOf([200, 202]);
      expect(performance.now() - started).to.be.lessThan(25_000);
      await projector.stop();
    });
  });

  it('reaches every position with the log in EventStoreDB too', async () => {
    const server = await EventStoreDbServer.start();
    const application = await testApplication({ EVENT_STORE_URL: server.url });
    await application.fetch(path('강은호', 'expectation', '?wait=20'));
    const { position } = await file(application, '강은호');
    const statuses = [path('강은호'), path('강은호', 'history')].map(
      async (at) => (await readFrom(application, at, position)).status,
    );
    expect(await Promise.all(statuses)).to.deep.equal([200, 200]);
    await application.stop();
    server.stop();
  });
});
