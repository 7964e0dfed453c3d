import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { normaliseEquipment } from '../../../src/domain/character/normalise.ts';
import { clientOf, closeOpened, serve, startHarness, until, type Harness } from './harness.ts';

describe('the upstream client', () => {
  let harness: Harness;

  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());
  afterEach(() => {
    closeOpened();
    harness.standin.calm();
    harness.standin.resetStats();
  });

  it('looks a name up, in any normalisation form', async () => {
    const { client } = harness;
    const ocid = await client.lookUpOcid('강은호');
    expect(ocid).to.match(/^[0-9a-f]{32}$/);
    expect(await client.lookUpOcid('강은호'.normalize('NFD'))).to.equal(ocid);
    expect(harness.standin.stats().characters.강은호?.id).to.equal(2);
  });

  it('sends the name percent-encoded in NFC, and the key as a header only', async () => {
    const seen: (string | undefined)[] = [];
    const { baseUrl } = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers['x-nxopen-api-key'] as string);
      response.end('{"ocid":"abc"}');
    });
    const client = clientOf(baseUrl, { apiKey: 'the key' });
    await client.lookUpOcid('강은호&date=1'.normalize('NFD'));
    const name = '%EA%B0%95%EC%9D%80%ED%98%B8%26date%3D1';
    expect(seen).to.deep.equal(['GET', `/maplestory/v1/id?character_name=${name}`, 'the key']);
  });

  it('fetches a character that can be normalised, with the body as evidence', async () => {
    const ocid = await harness.client.lookUpOcid('강은호');
    const began = Date.now();
    const [basic, equipment] = await Promise.all([
      harness.client.fetchBasic(ocid),
      harness.client.fetchItemEquipment(ocid),
    ]);
    expect(basic.data).to.include({ character_name: '강은호', world_name: '스카니아', character_level: 285 });
    expect(normaliseEquipment(basic.data, equipment.data)).to.include({ characterClass: '에반', activePreset: 2 });
    expect(equipment.sha256).to.equal(createHash('sha256').update(equipment.body).digest('hex'));
    expect(equipment.body.length).to.be.greaterThan(250_000);
    expect(JSON.parse(equipment.body.toString('utf8'))).to.include({ preset_no: 2 });
    expect(equipment.beganAt.getTime()).to.be.within(began, Date.now());
  });

  it('keeps only what is calculated with: new fields of the API are welcome', async () => {
    const ocid = await harness.client.lookUpOcid('강은호');
    const { data } = await harness.client.fetchItemEquipment(ocid);
    expect(data).to.have.keys([
      ...['character_class', 'preset_no', 'item_equipment'],
      ...[1, 2, 3].map((preset) => `item_equipment_preset_${preset}`),
    ]);
    expect(data.item_equipment[0]).to.not.have.any.keys('item_shape_name', 'soul_name', 'item_total_option');
  });

  it('asks for gzip and reads it', async () => {
    const { baseUrl } = await serve((request, response) => {
      expect(request.headers['accept-encoding']).to.equal('gzip');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"ocid":"packed"}'));
    });
    const client = clientOf(baseUrl);
    expect(await client.lookUpOcid('강은호')).to.equal('packed');
  });

  it('keeps connections: calls one after another need one', async () => {
    let connections = 0;
    const { baseUrl, server } = await serve((_, response) => response.end('{"ocid":"abc"}'));
    server.on('connection', () => (connections += 1));
    const client = clientOf(baseUrl);
    for (let call = 0; call < 20; call += 1) await client.lookUpOcid('강은호');
    expect(connections).to.equal(1);
  });

  it("ends a call at once when the caller is gone, with the caller's reason", async () => {
    harness.standin.set({ failure: 'hang' });
    const caller = new AbortController();
    const call = harness.client.lookUpOcid('강은호', { signal: caller.signal });
    await until(() => harness.standin.stats().open === 1);
    const reason = new Error('the reader has left');
    caller.abort(reason);
    expect(await call.catch((error: unknown) => error)).to.equal(reason);
    await until(() => harness.standin.stats().open === 0);
  });

  it('does not call for a caller who is gone already', async () => {
    const reason = new Error('too late');
    const call = harness.client.lookUpOcid('강은호', { signal: AbortSignal.abort(reason) });
    expect(await call.catch((error: unknown) => error)).to.equal(reason);
    expect(harness.standin.stats().calls.id).to.equal(0);
  });

  it('refuses an id that is not made of plain characters', async () => {
    const { baseUrl } = await serve((_, response) => response.end('{"ocid":"../../admin"}'));
    const client = clientOf(baseUrl);
    expect(await client.lookUpOcid('강은호').catch((error: unknown) => error)).to.include({
      code: 'WRONG_SHAPE',
      field: 'ocid',
    });
  });
});
