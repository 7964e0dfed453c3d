import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { testApplication, type TestApplication } from '../support/application.ts';

const CHARACTER = `/api/v4/characters/${encodeURIComponent('강은호')}`;
const READS = [
  ...['expectation', 'distribution?budget=1', 'plan', 'equipment', 'history'].map((name) => `${CHARACTER}/${name}`),
  `/api/v4/requests/${randomUUID()}`,
];
const OTHERS = [
  ...['/api/v4/valuations', '/api/v4/estimates', `${CHARACTER}/expectation/recalculate`, '/api/v4/none'],
  ...['/api/v4/admin/parked', '/api/v4/admin/replays', '/api/v4/admin/projections'],
];

describe('a browser that asks for a page of another origin', () => {
  let application: TestApplication;
  before(async function () {
    this.timeout(60_000);
    application = await testApplication({ ROLE: 'api,ops' });
  });
  after(() => application.stop());

  const ask = (path: string) =>
    application.fetch(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-min-position',
      },
    });

  for (const path of READS)
    it(`may read ${path.replace(/[0-9a-f-]{36}/, 'ID')} with the headers that reads know`, async () => {
      const { status, headers } = await ask(path);
      expect(status).to.equal(204);
      expect(Object.fromEntries(headers)).to.include({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD',
        'access-control-allow-headers': 'Cache-Control, If-None-Match, X-Correlation-ID, X-Min-Position',
        'access-control-max-age': '86400',
      });
      // Nothing is calculated for it: what-if questions have a tighter limit.
      expect(headers.get('ratelimit')).to.include('"requests"');
      expect(Object.fromEntries((await application.fetch(path)).headers)).to.include({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
      });
    });

  for (const path of OTHERS)
    it(`may not send anything to ${path}`, async () => {
      const { status, headers } = await ask(path);
      expect(status).to.be.within(400, 499);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).to.deep.equal([]);
    });
});
