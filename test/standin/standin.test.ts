import { expect } from 'chai';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DORMANT_NAME } from '../../src/standin/characters/samples.ts';
import { createStandin, type Standin } from '../../src/standin/standin.ts';
import { ERROR_STATUS } from '../../src/standin/switches.ts';

const KEY = { 'x-nxopen-api-key': 'standin' };

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

describe('the stand-in', () => {
  let standin: Standin;
  let origin: string;

  before(async () => {
    standin = createStandin();
    origin = await standin.start(0);
  });
  after(() => standin.stop());
  afterEach(() => {
    standin.calm();
    standin.resetStats();
  });

  async function get(path: string, headers: Record<string, string> = KEY): Promise<Reply> {
    const response = await fetch(`${origin}/maplestory/v1/${path}`, { headers });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }
  const refusal = (status: number, name: string) => ({
    status,
    json: { error: { name, message: 'An error of the stand-in.' } },
  });
  const idOf = async (name: string) => (await get(`id?character_name=${encodeURIComponent(name)}`)).json.ocid as string;

  it('listens on loopback only', () => {
    expect(origin).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('asks for the key before it looks at the path', async () => {
    expect(await get('nonsense', {})).to.deep.equal(refusal(400, 'OPENAPI00005'));
    expect(await get('id?character_name=x', { 'x-nxopen-api-key': 'other' })).to.deep.equal(
      refusal(400, 'OPENAPI00005'),
    );
    expect(await get('nonsense')).to.deep.equal(refusal(400, 'OPENAPI00006'));
  });

  it('survives a path that is none', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(origin, { path: '//', headers: KEY }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject).end();
    });
    expect(status).to.equal(400);
  });

  it('knows nobody of an unknown name, and nothing of an unknown id', async () => {
    expect(await get('id?character_name=nobody')).to.deep.equal(refusal(400, 'OPENAPI00004'));
    expect(await get('id')).to.deep.equal(refusal(400, 'OPENAPI00004'));
    for (const endpoint of ['character/basic', 'character/item-equipment']) {
      expect(await get(`${endpoint}?ocid=${'0'.repeat(32)}`)).to.deep.equal(refusal(400, 'OPENAPI00003'));
      expect(await get(endpoint)).to.deep.equal(refusal(400, 'OPENAPI00004'));
    }
  });

  it('gives one id for a name however it is spelled', async () => {
    const ids = await Promise.all(['강은호', '강은호'.normalize('NFD'), 'load-00007', 'LOAD-00007'].map(idOf));
    expect(ids[0])
      .to.match(/^[0-9a-f]{32}$/)
      .and.equal(ids[1]);
    expect(ids[2])
      .to.match(/^[0-9a-f]{32}$/)
      .and.equal(ids[3]);
    expect(ids[0]).to.not.equal(ids[2]);
  });

  it('serves 강은호, an Evan of level 285 in 스카니아', async () => {
    const { json } = await get(`character/basic?ocid=${await idOf('강은호')}`);
    expect(json).to.include({
      character_name: '강은호',
      world_name: '스카니아',
      character_class: '에반',
      character_level: 285,
    });
  });

  it('answers for a character not played for long with nulls and empty lists', async () => {
    const ocid = await idOf(DORMANT_NAME);
    expect((await get(`character/basic?ocid=${ocid}`)).json).to.include({
      character_class: null,
      character_level: null,
    });
    const { json } = await get(`character/item-equipment?ocid=${ocid}`);
    expect(json).to.deep.include({ preset_no: null, item_equipment: [], item_equipment_preset_1: null });
  });

  for (const [code, status] of Object.entries(ERROR_STATUS)) {
    it(`answers ${code} with HTTP ${status} when told to`, async () => {
      standin.set({ failure: code as keyof typeof ERROR_STATUS });
      expect(await get('id?character_name=load-00001')).to.deep.equal(refusal(status, code));
    });
  }

  it('says when to come back with 429 and 503, and only with them', async () => {
    const retryAfter = async (failure: 'OPENAPI00007' | 'OPENAPI00011' | 'OPENAPI00010') => {
      standin.set({ failure, retryAfterSeconds: 7 });
      const response = await fetch(`${origin}/maplestory/v1/id?character_name=load-00001`, { headers: KEY });
      return response.headers.get('retry-after');
    };
    expect(await retryAfter('OPENAPI00007')).to.equal('7');
    expect(await retryAfter('OPENAPI00011')).to.equal('7');
    expect(await retryAfter('OPENAPI00010')).to.equal(null);
  });

  it('fails exactly the share of calls that it was told to', async () => {
    standin.set({ failure: 'OPENAPI00001', failureRate: 0.3 });
    let failed = 0;
    for (let call = 0; call < 20; call += 1)
      failed += Number((await get('id?character_name=load-00001')).status === 500);
    expect(failed).to.equal(6);
    expect(standin.stats().failed).to.equal(6);
  });

  it('fails only the endpoints and characters in scope', async () => {
    const ocid = await idOf('load-00001');
    standin.set({ failure: 'OPENAPI00009', failingEndpoints: ['character/basic'], failingCharacters: ['load-00001'] });
    expect((await get(`character/basic?ocid=${ocid}`)).status).to.equal(400);
    expect((await get(`character/basic?ocid=${await idOf('load-00002')}`)).status).to.equal(200);
    expect((await get('id?character_name=load-00001')).status).to.equal(200);
  });

  it('takes the time it was told to', async () => {
    standin.set({ latencyMs: 120 });
    const before = performance.now();
    await get('id?character_name=load-00001');
    expect(performance.now() - before).to.be.within(115, 2000);
  });

  it('counts calls by endpoint and by character', async () => {
    const ocid = await idOf('load-00001');
    await get(`character/item-equipment?ocid=${ocid}`);
    await get(`character/item-equipment?ocid=${ocid}`);
    await get('id?character_name=nobody');
    const stats = (await (await fetch(`${origin}/standin/stats`)).json()) as ReturnType<Standin['stats']>;
    expect(stats.calls).to.deep.equal({ id: 2, 'character/basic': 0, 'character/item-equipment': 2 });
    expect(stats.characters).to.deep.equal({
      'load-00001': { id: 1, 'character/basic': 0, 'character/item-equipment': 2 },
    });
    expect(stats.bytesSent).to.be.greaterThan(500_000);
    await fetch(`${origin}/standin/stats`, { method: 'DELETE' });
    expect(standin.stats()).to.deep.include({ characters: {}, bytesSent: 0 });
  });

  describe('controlled over HTTP', () => {
    const control = async (body: string, method = 'POST') => {
      const response = await fetch(`${origin}/standin/control`, { method, ...(method === 'POST' && { body }) });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };

    it('changes switches and puts them back', async () => {
      expect(await control('{"failure":"OPENAPI00010"}')).to.deep.equal({ status: 200, json: { ok: true } });
      expect(await get('id?character_name=load-00001')).to.deep.equal(refusal(400, 'OPENAPI00010'));
      await control('', 'DELETE');
      expect((await get('id?character_name=load-00001')).status).to.equal(200);
    });

    const refused: [string, string][] = [
      ['{"failure":"OPENAPI99999"}', 'failure cannot be "OPENAPI99999".'],
      ['{"latency":5}', 'There is no switch latency.'],
      ['{"failureRate":2}', 'failureRate cannot be 2.'],
      ['{"failingEndpoints":["character/pet"]}', 'failingEndpoints cannot be ["character/pet"].'],
      ['[]', 'Switches are a JSON object.'],
    ];
    for (const [body, error] of refused) {
      it(`refuses ${body} and changes nothing`, async () => {
        expect(await control(body)).to.deep.equal({ status: 400, json: { error } });
        expect((await get('id?character_name=load-00001')).status).to.equal(200);
      });
    }

    it('refuses what is no JSON, and too much of it', async () => {
      expect((await control('{')).status).to.equal(400);
      expect((await control(' '.repeat(70_000))).json.error).to.match(/too much/);
      expect((await fetch(`${origin}/standin/other`)).status).to.equal(404);
    });
  });
});

describe('a folder of characters', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'standin-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(name: string, file: string, text: string): void {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, file), text);
  }

  it('is served byte for byte, its names compared in NFC, and wins over a sample', async () => {
    const basic = '{ "character_name":\t"강은호" }';
    put('강은호'.normalize('NFD'), 'basic.json', basic);
    put('강은호'.normalize('NFD'), 'item-equipment.json', '{}');
    const standin = createStandin({ folder });
    const api = `${await standin.start(0)}/maplestory/v1`;
    const { ocid } = (await (await fetch(`${api}/id?character_name=강은호`, { headers: KEY })).json()) as {
      ocid: string;
    };
    const body = await (await fetch(`${api}/character/basic?ocid=${ocid}`, { headers: KEY })).text();
    expect(body).to.equal(basic);
    expect(Object.keys(standin.stats().characters)).to.deep.equal(['강은호']);
    await standin.stop();
  });

  const broken: [string, () => void, RegExp][] = [
    ['is empty', () => undefined, /holds no character folder/],
    ['lacks a file', () => put('a', 'basic.json', '{}'), /a\/item-equipment\.json: ENOENT/],
    ['has a file that is no JSON', () => put('a', 'basic.json', '{'), /a\/basic\.json: .*JSON/],
    [
      'has one name twice',
      () => {
        for (const form of ['NFC', 'NFD']) put('강은호'.normalize(form), 'basic.json', '{}');
      },
      /one name in two spellings/,
    ],
    ['has a file that is no object', () => put('a', 'basic.json', '[]'), /a\/basic\.json: is not a JSON object/],
  ];
  for (const [what, make, message] of broken) {
    it(`that ${what} stops the start, and the error names it`, () => {
      make();
      expect(() => createStandin({ folder }))
        .to.throw(message)
        .with.property('message')
        .that.includes(folder);
    });
  }
});
