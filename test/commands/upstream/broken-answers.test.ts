import { expect } from 'chai';
import { createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { MAX_BODY_BYTES } from '../../../src/commands/upstream/client.ts';
import type { UpstreamReason } from '../../../src/commands/upstream/upstream-error.ts';
import { FAULTS, type Fault } from '../../../src/standin/switches.ts';
import {
  clientOf,
  closeOpened,
  failureOf,
  opened,
  SECRET,
  serve,
  startHarness,
  until,
  type Harness,
} from './harness.ts';

const MEBIBYTE = 1024 * 1024;

describe('a broken answer of the upstream', () => {
  let harness: Harness;
  let ocid: string;

  before(async () => {
    harness = await startHarness();
    ocid = await harness.client.lookUpOcid('강은호');
  });
  after(() => harness.stop());
  afterEach(() => {
    closeOpened();
    harness.standin.calm();
    harness.standin.resetStats();
  });

  const fetchEquipment = () => harness.client.fetchItemEquipment(ocid);

  const OUTCOMES: Record<Fault, { reason: UpstreamReason; code: string }> = {
    'truncated-json': { reason: 'malformed-body', code: 'NOT_JSON' },
    'cut-off': { reason: 'connection', code: 'ECONNRESET' },
    'not-json': { reason: 'malformed-body', code: 'NOT_JSON' },
    'not-utf8': { reason: 'malformed-body', code: 'NOT_JSON' },
    'html-502': { reason: 'unrecognised', code: 'HTTP502' },
    'too-large': { reason: 'body-too-large', code: 'BODY_TOO_LARGE' },
    'gzip-bomb': { reason: 'body-too-large', code: 'BODY_TOO_LARGE' },
    'missing-field': { reason: 'malformed-body', code: 'WRONG_SHAPE' },
    reset: { reason: 'connection', code: 'ECONNRESET' },
    hang: { reason: 'timeout', code: 'RESPONSE_TIMEOUT' },
    'hang-in-body': { reason: 'timeout', code: 'RESPONSE_TIMEOUT' },
  };

  for (const fault of FAULTS) {
    it(`(${fault}) is an outage, told within its time limit, and the next call is sound`, async () => {
      harness.standin.set({ failure: fault });
      const before = performance.now();
      const error = await failureOf(fetchEquipment());
      expect(performance.now() - before).to.be.lessThan(3000);
      expect(error).to.include({ class: 'outage', ...OUTCOMES[fault] });
      harness.standin.calm();
      expect((await fetchEquipment()).data.item_equipment).to.have.length(24);
    });
  }

  it('settles nothing for an unknown name either', async () => {
    harness.standin.set({ failure: 'truncated-json' });
    expect(await failureOf(harness.client.lookUpOcid('nobody'))).to.include({ class: 'outage', code: 'NOT_JSON' });
  });

  it('that is too large is left after 2 MiB, not read and then judged', async () => {
    harness.standin.set({ failure: 'too-large' });
    await failureOf(fetchEquipment());
    await until(() => harness.standin.stats().open === 0);
    // The limit, and what the kernel's buffers on both sides had taken by then: of 64 MiB that were on offer.
    expect(harness.standin.stats().bytesSent).to.be.within(2 * MEBIBYTE, 16 * MEBIBYTE);
  });

  it('names the field that is missing, of every endpoint, and keeps the body as evidence', async () => {
    harness.standin.set({ failure: 'missing-field' });
    const equipment = await failureOf(fetchEquipment());
    expect(equipment.field).to.equal('item_equipment[0].starforce');
    expect(JSON.parse(equipment.body!.toString('utf8'))).to.have.property('item_equipment');
    expect((await failureOf(harness.client.fetchBasic(ocid))).field).to.equal('character_level');
    expect((await failureOf(harness.client.lookUpOcid('강은호'))).field).to.equal('ocid');
  });

  it('never shows the key', async () => {
    for (const fault of FAULTS) {
      harness.standin.set({ failure: fault });
      const error = await failureOf(fetchEquipment());
      expect(inspect(error, { depth: 9, showHidden: true })).to.not.include(SECRET);
    }
    const echo = await serve((request, response) => {
      response
        .writeHead(400)
        .end(JSON.stringify({ error: { name: SECRET, message: JSON.stringify(request.headers) } }));
    });
    const client = clientOf(echo.baseUrl);
    const error = await failureOf(client.lookUpOcid('강은호'));
    expect(inspect(error, { depth: 9, showHidden: true })).to.not.include(SECRET);
    expect(inspect(client, { depth: 9, showHidden: true })).to.not.include(SECRET);
  });
});

describe('the limits of a call', () => {
  afterEach(closeOpened);

  async function lookUpFrom(body: Buffer, headers: Record<string, string> = {}) {
    const { baseUrl } = await serve((_, response) => response.writeHead(200, headers).end(body));
    return await clientOf(baseUrl).lookUpOcid('강은호');
  }
  const ofSize = (bytes: number) => Buffer.from('{"ocid":"abc"}'.padEnd(bytes, ' '));

  it('let a body of exactly 2 MiB pass, and not one byte more', async () => {
    expect(await lookUpFrom(ofSize(MAX_BODY_BYTES))).to.equal('abc');
    expect(await failureOf(lookUpFrom(ofSize(MAX_BODY_BYTES + 1)))).to.include({ reason: 'body-too-large' });
  });

  it('count a compressed body unpacked', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect(await lookUpFrom(gzipSync(ofSize(MAX_BODY_BYTES)), gzip)).to.equal('abc');
    const tooMuch = gzipSync(ofSize(MAX_BODY_BYTES + 1));
    expect(tooMuch.length).to.be.lessThan(10_000);
    expect(await failureOf(lookUpFrom(tooMuch, gzip))).to.include({ reason: 'body-too-large' });
  });

  it('tell a damaged compressed body from a lost connection', async () => {
    const damaged = gzipSync(ofSize(1000)).subarray(0, 30);
    const error = await failureOf(lookUpFrom(damaged, { 'content-encoding': 'gzip' }));
    expect(error).to.include({ class: 'outage', reason: 'malformed-body' });
  });

  it('hold for a server that accepts and never finishes the handshake', async () => {
    const mute = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    opened.push(() => void mute.close());
    const baseUrl = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const client = clientOf(baseUrl, { timeouts: { connectMs: 150, responseMs: 5000 } });
    const before = performance.now();
    const error = await failureOf(client.lookUpOcid('강은호'));
    expect(error).to.include({ class: 'outage', reason: 'timeout', code: 'CONNECT_TIMEOUT' });
    expect(performance.now() - before).to.be.within(140, 2000);
  });
});
