import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Request } from 'express';
import { pino, type Logger } from 'pino';
import { createAdmission, LOOK_UPS } from '../../src/platform/http/admission.ts';
import { createRateLimit } from '../../src/platform/http/rate-limit.ts';
import { createLookUp } from '../../src/read-api/cache/look-up.ts';
import { createHotLane } from '../../src/read-api/hot-lane.ts';
import { logParts, until, type LogParts } from '../support/log-parts.ts';
import { silent } from '../support/silent-log.ts';
import { plainCache, settle, storeAnswer } from './answers.ts';

describe('what the hot lane loads', () => {
  let parts: LogParts;
  const servers: Server[] = [];
  beforeEach(async () => (parts = await logParts()));
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await parts.close();
  });

  /** A server of the lane alone; what it leaves to others is answered 418. */
  async function serve(log: Logger = silent) {
    const admission = createAdmission({ poolSize: () => 5, threads: 1, maxQueue: () => 0 });
    const cache = plainCache(createLookUp(parts.database, admission));
    const loaded: number[] = [];
    const hits = { counted: 998 };
    const limit = createRateLimit({ name: 'requests', perMinute: 3 });
    const lane = createHotLane({
      cache,
      admission,
      limit,
      clientOf: () => 'client',
      freshForSeconds: () => 900,
      countRead: () => undefined,
      countHit: () => ++hits.counted,
      onLoaded: (_seconds, status) => loaded.push(status),
      now: Date.now,
      log,
    });
    const learned = (key: string) =>
      lane.learn({ originalUrl: `/${key}`, get: () => 'br', acceptsEncodings: () => 'br' } as unknown as Request, key);
    const server = createServer((asked, response) =>
      lane.answer(asked, response, () => void response.writeHead(418).end()),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = (key: string) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request({ port, path: `/${key}`, headers: { 'accept-encoding': 'br' } });
        sent.on('error', reject).on('response', (answer) => resolve(answer.resume()));
        sent.end();
      });
    return { admission, cache, limit, loaded, hits, learned, ask, lane };
  }
  const store = (key: string, asOf = new Date()) =>
    parts.database.query((sql) => storeAnswer(sql, { key, at: 1, asOf }));
  const told = ({ statusCode, headers }: IncomingMessage) => [statusCode, headers['x-cache'], headers.ratelimit];

  it('is answered from the database, then from memory, and taken from the limit each time', async () => {
    await store('a');
    const { ask, learned, loaded } = await serve();
    learned('a');
    expect(told(await ask('a'))).to.deep.equal([200, 'db', '"requests";r=2;t=20']);
    expect(told(await ask('a'))).to.deep.equal([200, 'l1', '"requests";r=1;t=20']);
    expect(loaded).to.deep.equal([200]);
  });

  it('is counted where it comes from memory, and every thousandth is in the log at its usual level', async () => {
    await store('a');
    const lines: string[] = [];
    const { ask, learned, hits } = await serve(pino({ level: 'info' }, { write: (line) => lines.push(line) }));
    learned('a');
    const counted: [hits: number, lines: number][] = [];
    for (const tier of ['db', 'l1', 'l1']) {
      expect((await ask('a')).headers['x-cache']).to.equal(tier);
      counted.push([hits.counted, lines.length]);
    }
    expect(counted).to.deep.equal([
      [998, 0],
      [999, 0],
      [1000, 1],
    ]);
    expect(lines[0]).to.include('"answered":1000');
  });

  it('is left to others, and not taken from the limit, where no answer may go out as it is', async () => {
    await store('old', new Date(Date.now() - 3_600_000));
    await parts.database.query((sql) => settle(sql, 'denied', 1));
    const { ask, learned, limit } = await serve();
    for (const key of ['old', 'denied', 'never']) {
      learned(key);
      expect((await ask(key)).statusCode, key).to.equal(418);
    }
    expect((await ask('nobody')).statusCode).to.equal(418);
    expect(limit.take('client')).to.equal(2);
  });

  it('is left to others where the client has used up its limit, without a load', async () => {
    await store('a');
    const { ask, learned, limit, cache } = await serve();
    learned('a');
    while (limit.take('client') >= 0);
    expect((await ask('a')).statusCode).to.equal(418);
    expect(cache.stats().entries).to.equal(0);
  });

  it('is left to others where the database fails', async () => {
    const { ask, learned } = await serve();
    learned('a');
    await parts.database.close();
    expect((await ask('a')).statusCode).to.equal(418);
  });

  it('is refused at once while admission is full, a load that is under way shared', async () => {
    for (const key of ['a', 'b', 'known']) await store(key);
    const { admission, ask, learned, lane, limit } = await serve();
    for (const key of ['a', 'b', 'known']) learned(key);
    await ask('known');
    limit.giveBack('client');
    const read = { method: 'GET', url: '/known', rawHeaders: ['Accept-Encoding', 'br'] };
    const early = lane.early(read as unknown as IncomingMessage);
    expect(lane.early({ ...read, url: '/strange' } as unknown as IncomingMessage)).to.equal(undefined);
    expect(early?.('/b')).to.equal(undefined);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const others = Array.from({ length: LOOK_UPS.largest * LOOK_UPS.atOnce - 1 });
    const busy = Promise.all(others.map(() => admission.run('lookUps', () => held)));
    const answers: Promise<IncomingMessage>[] = [];
    await parts.database.query((sql) =>
      sql.begin(async (locked) => {
        await locked`lock table expectation_view in access exclusive mode`;
        answers.push(ask('a'));
        await until(
          () => Promise.resolve(admission.isFull('lookUps')),
          (full) => full,
        );
        answers.push(ask('a'));
        const refused = await ask('b');
        expect([refused.statusCode, refused.headers['retry-after']]).to.deep.equal([503, '2']);
        limit.giveBack('client');
        const statuses = ['/b', '/a', '/known', '/strange'].map((path) => early?.(path)?.status);
        expect(statuses).to.deep.equal(['503 Service Unavailable', undefined, '200 OK', undefined]);
      }),
    );
    expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).to.deep.equal([200, 200]);
    release();
    await busy;
    expect(admission.stats().lookUps.refused).to.equal(2);
  });
});
