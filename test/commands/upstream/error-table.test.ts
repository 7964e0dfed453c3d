import { expect } from 'chai';
import { errorTable } from '../../../src/commands/upstream/error-table.ts';
import type { UpstreamErrorClass, UpstreamReason } from '../../../src/commands/upstream/upstream-error.ts';
import { ERROR_STATUS, type ErrorCode } from '../../../src/standin/switches.ts';
import { clientOf, closeOpened, failureOf, serve, startHarness, type Harness } from './harness.ts';

type Call = 'lookUpOcid' | 'fetchBasic' | 'fetchItemEquipment';
const CALLS: Call[] = ['lookUpOcid', 'fetchBasic', 'fetchItemEquipment'];

/** What each code means on each call: the whole of the design's classes (a) to (d), written down a second time. */
const MEANINGS: [ErrorCode, Call[], UpstreamErrorClass, UpstreamReason][] = [
  ['OPENAPI00001', CALLS, 'outage', 'internal-error'],
  ['OPENAPI00002', CALLS, 'our-fault', 'key-not-allowed'],
  ['OPENAPI00003', ['fetchBasic', 'fetchItemEquipment'], 'ignored', 'stale-ocid'],
  ['OPENAPI00003', ['lookUpOcid'], 'outage', 'unrecognised'],
  ['OPENAPI00004', ['lookUpOcid'], 'ignored', 'unknown-character'],
  ['OPENAPI00004', ['fetchBasic', 'fetchItemEquipment'], 'outage', 'unrecognised'],
  ['OPENAPI00005', CALLS, 'our-fault', 'invalid-key'],
  ['OPENAPI00006', CALLS, 'our-fault', 'invalid-path'],
  ['OPENAPI00007', CALLS, 'outage', 'rate-limited'],
  ['OPENAPI00008', CALLS, 'outage', 'unrecognised'],
  ['OPENAPI00009', CALLS, 'not-yet', 'being-prepared'],
  ['OPENAPI00010', CALLS, 'outage', 'game-maintenance'],
  ['OPENAPI00011', CALLS, 'outage', 'api-maintenance'],
  ['OPENAPI00012', CALLS, 'outage', 'unrecognised'],
];

describe('the error codes of the game API', () => {
  let harness: Harness;
  let ocid: string;

  before(async () => {
    harness = await startHarness();
    ocid = await harness.client.lookUpOcid('강은호');
  });
  after(() => harness.stop());
  afterEach(() => harness.standin.calm());

  const make = (call: Call) => harness.client[call](call === 'lookUpOcid' ? '강은호' : ocid);

  for (const [code, calls, errorClass, reason] of MEANINGS) {
    it(`${code} on ${calls.join(', ')} is ${errorClass}: ${reason}`, async () => {
      harness.standin.set({ failure: code });
      for (const call of calls) {
        const error = await failureOf(make(call));
        expect(error).to.include({ class: errorClass, reason, code, httpStatus: ERROR_STATUS[code] });
      }
    });
  }

  it('are all in the table or unrecognised, and nothing else is in it', () => {
    const meant = MEANINGS.filter(([, , , reason]) => reason !== 'unrecognised').map(([code]) => code);
    expect(errorTable.map(({ code }) => code)).to.deep.equal(meant);
  });

  it('come by themselves from what is wrong: unknown name, stale id, wrong key', async () => {
    expect(await failureOf(harness.client.lookUpOcid('nobody'))).to.include({ reason: 'unknown-character' });
    const stale = await failureOf(harness.client.fetchItemEquipment('0'.repeat(32)));
    expect(stale).to.include({ class: 'ignored', reason: 'stale-ocid' });
    const { baseUrl } = await serve((_, response) => response.end('{}'));
    closeOpened();
    expect(await failureOf(clientOf(baseUrl).lookUpOcid('강은호'))).to.include({
      class: 'outage',
      reason: 'connection',
      code: 'ECONNREFUSED',
    });
  });
});

describe('the class of an answer', () => {
  afterEach(closeOpened);

  async function outcomeOf(status: number, body: string, headers: Record<string, string> = {}, now = new Date(0)) {
    const { baseUrl } = await serve((_, response) => response.writeHead(status, headers).end(body));
    return await failureOf(clientOf(baseUrl, { now: () => now }).lookUpOcid('강은호'));
  }
  const body = (name: unknown) => JSON.stringify({ error: { name, message: 'm' } });

  it('is decided by the code in the body, whatever the HTTP status', async () => {
    for (const status of [200, 400, 404, 500, 503]) {
      expect(await outcomeOf(status, body('OPENAPI00010'))).to.include({ class: 'outage', reason: 'game-maintenance' });
      expect(await outcomeOf(status, body('OPENAPI00004'))).to.include({
        class: 'ignored',
        reason: 'unknown-character',
      });
    }
  });

  it('is an outage for any status without a code: a status alone settles nothing', async () => {
    for (const status of [201, 204, 302, 400, 401, 403, 404, 500, 502, 503]) {
      const error = await outcomeOf(status, status === 204 ? '' : '{"ocid":"abc"}');
      expect(error).to.include({ class: 'outage', reason: 'unrecognised', code: `HTTP${status}` });
    }
  });

  it('is an outage for codes nobody knows, and their text goes nowhere', async () => {
    for (const name of ['OPENAPI99999', 'openapi00004', 'OPENAPI00004 ', '<script>', 4, null, undefined]) {
      const error = await outcomeOf(400, body(name));
      expect(error).to.include({ class: 'outage', reason: 'unrecognised' });
      expect(error.code).to.be.oneOf(['UNRECOGNISED', 'OPENAPI99999']);
    }
  });

  it('carries how long to stay away, from seconds or a date, never negative, at most a day', async () => {
    const limit = body('OPENAPI00007');
    const waitOf = async (value: string) => (await outcomeOf(429, limit, { 'retry-after': value })).retryAfterMs;
    expect(await waitOf('7')).to.equal(7000);
    expect(await waitOf('Thu, 01 Jan 1970 00:01:30 GMT')).to.equal(90_000);
    expect(await waitOf('Wed, 31 Dec 1969 23:00:00 GMT')).to.equal(0);
    expect(await waitOf('99999999999999')).to.equal(86_400_000);
    expect(await waitOf('soon')).to.equal(undefined);
    expect((await outcomeOf(429, limit)).retryAfterMs).to.equal(undefined);
    expect(await outcomeOf(429, 'slow down', { 'retry-after': '2' })).to.include({
      class: 'outage',
      reason: 'rate-limited',
      code: 'HTTP429',
      retryAfterMs: 2000,
    });
  });
});
