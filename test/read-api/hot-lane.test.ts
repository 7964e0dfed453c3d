import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, request, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import postgres from 'postgres';
import { testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Names of the headers in their order. */
  readonly names: readonly string[];
}

const isByExpress = ({ names }: Answer): boolean => names[0] === 'X-Correlation-ID';

/** Makes Express answer: the lane does not know this header. */
const SLOW = { 'x-slow-way': '1' };
/** Differ between any two answers. */
const OWN = ['age', 'date', 'x-correlation-id', 'ratelimit'];

describe('the hot lane', function () {
  this.timeout(60_000);
  let application: TestApplication;
  let path: string;
  before(async () => {
    application = await testApplication();
    path = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation`;
    expect((await application.fetch(`${path}?wait=30`)).status).to.equal(200);
    // What the process loads from here on is not dropped any more: it has heard of the last change.
    const sql = postgres(application.databaseUrl, { max: 1 });
    await sql`update expectation_view set changed_at = changed_at + 1`.finally(() => sql.end());
    await ask({});
    await until(
      () => ask({}),
      ({ headers }) => headers['x-cache'] === 'db',
    );
  });
  after(() => application.stop());

  const ask = (
    headers: Record<string, string | string[]>,
    options: { path?: string; method?: string; agent?: Agent } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const { method = 'GET', agent } = options;
      const sent = request(application.url + (options.path ?? path), { method, headers, ...(agent && { agent }) });
      sent.on('error', reject).on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { statusCode: status = 0, headers, rawHeaders } = response;
          const names = rawHeaders.filter((_, index) => index % 2 === 0);
          resolve({ status, headers, names, body: Buffer.concat(chunks) });
        });
      });
      sent.end();
    });
  const hotReads = async () => {
    const text = await (await application.fetch('/metrics')).text();
    return Number(/^pve_hot_reads_total (\d+)/m.exec(text)?.[1]);
  };
  /** How many of these the lane has answered. */
  const answeredBy = async (work: () => Promise<unknown>) => {
    const before = await hotReads();
    await work();
    return (await hotReads()) - before;
  };
  const comparable = ({ status, headers, body }: Answer) => ({
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name))),
    body: body.toString('base64'),
  });

  const spellings: Record<string, Record<string, string>> = {
    'in brotli': { 'accept-encoding': 'br' },
    'in gzip': { 'accept-encoding': 'gzip;q=1.0, *;q=0' },
    'in no coding': {},
    'with a correlation id': { 'accept-encoding': 'br', 'x-correlation-id': 'mine' },
    'with a correlation id that is refused': { 'accept-encoding': 'br', 'x-correlation-id': 'not ok!' },
    'to be had anew': { 'accept-encoding': 'br', 'cache-control': 'no-cache', 'if-none-match': '*' },
    'the client has, whatever it is': { 'accept-encoding': 'br', 'if-none-match': '*' },
    'the client has another of': { 'accept-encoding': 'br', 'if-none-match': '"other", W/"another"' },
  };
  for (const [kind, headers] of Object.entries(spellings)) {
    it(`gives the answer that Express gives ${kind}`, async () => {
      const slow = await ask({ ...headers, ...SLOW });
      let fast: Answer | undefined;
      expect(await answeredBy(async () => (fast = await ask(headers)))).to.equal(1);
      expect(comparable(fast!)).to.deep.equal(comparable(slow));
      expect(fast!.headers['x-cache']).to.equal('l1');
      for (const name of ['age', 'date', 'x-correlation-id']) {
        expect(fast!.headers[name], name).to.be.a('string');
        expect(slow.headers[name], name).to.be.a('string');
      }
      if (headers['x-correlation-id'] === 'mine') expect(fast!.headers['x-correlation-id']).to.equal('mine');
    });
  }

  for (const kind of ['in brotli', 'in no coding', 'with a correlation id', 'the client has, whatever it is'])
    it(`gives the same answer ${kind} when it is asked again on a connection, and node:http is not`, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let parsed = 0;
      const count = (message: unknown) =>
        (parsed += Number((message as { request: IncomingMessage }).request.url === path));
      subscribe('http.server.request.start', count);
      const answers: Answer[] = [];
      const four = async () => {
        for (let n = 0; n < 4; n++) answers.push(await ask(spellings[kind]!, { agent }));
      };
      expect(await answeredBy(four)).to.equal(4);
      unsubscribe('http.server.request.start', count);
      agent.destroy();
      expect(parsed).to.equal(2);
      const [first, ...others] = answers;
      for (const other of others) {
        expect(comparable(other)).to.deep.equal(comparable(first!));
        expect(other.names).to.deep.equal(first!.names);
      }
      const own = answers.map(({ headers }) => headers['x-correlation-id']);
      expect(new Set(own).size).to.equal(kind === 'with a correlation id' ? 1 : 4);
      const left = answers.map(({ headers }) => Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1]));
      expect(left[0]! - left[3]!, 'a moment may give one back').to.be.within(1, 3);
    });

  for (const kind of ['in brotli', 'the client has, whatever it is'])
    it(`gives the answer that Express gives ${kind}, from the database`, async () => {
      const sql = postgres(application.databaseUrl, { max: 1 });
      const loaded = async (headers: Record<string, string>) => {
        await sql`update expectation_view set changed_at = changed_at + 1`;
        return await until(
          () => ask(headers),
          (answer) => answer.headers['x-cache'] === 'db',
        );
      };
      await ask(spellings[kind]!);
      const fast = await loaded(spellings[kind]!);
      const slow = await loaded({ ...spellings[kind]!, ...SLOW });
      await sql.end();
      expect(comparable(fast)).to.deep.equal(comparable(slow));
      // Express sets the common headers first.
      expect([isByExpress(fast), isByExpress(slow)]).to.deep.equal([false, true]);
    });

  it('tells an age that goes on, on one connection too', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const way of [{}, { agent }]) {
      const age = async () => Number((await ask({ 'accept-encoding': 'br' }, way)).headers.age);
      // The third and later ones on a connection never reach node:http.
      await age();
      await age();
      const first = await age();
      await until(age, (now) => now > first);
    }
    agent.destroy();
  });

  it('answers 304 for the ETag of the coding that is asked for, listed or weak too', async () => {
    const { headers } = await ask({ 'accept-encoding': 'br' });
    const etag = String(headers.etag);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const asked = { 'accept-encoding': 'br', 'if-none-match': known };
      const [fast, slow] = [await ask(asked), await ask({ ...asked, ...SLOW })];
      expect(fast.status).to.equal(304);
      expect(comparable(fast)).to.deep.equal(comparable(slow));
    }
    const other = await ask({ 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect(other.status).to.equal(200);
  });

  it('leaves to Express what it does not understand', async () => {
    const left = [
      () => ask({ 'accept-encoding': 'br' }, { method: 'HEAD' }),
      () => ask({ 'accept-encoding': 'br' }, { path: `${path}?preset=1` }),
      () => ask({ 'accept-encoding': 'br', 'x-min-position': '1' }),
      () => ask({ 'accept-encoding': 'br', 'if-none-match': ['"a"', '"b"'] }),
      () => ask({ 'accept-encoding': 'deflate, br;q=0.123' }),
      () => ask({ 'accept-encoding': 'br' }, { path: '/api/v4/characters/%ff/expectation' }),
    ];
    for (const [index, work] of left.entries()) expect(await answeredBy(work), String(index)).to.equal(0);
  });

  it('answers a HEAD with the headers of the GET', async () => {
    const [head, got] = [
      await ask({ 'accept-encoding': 'br' }, { method: 'HEAD' }),
      await ask({ 'accept-encoding': 'br' }),
    ];
    expect(head.body.length).to.equal(0);
    expect(comparable({ ...head, body: got.body })).to.deep.equal(comparable(got));
  });

  it('lets go of an answer that has changed', async () => {
    const sql = postgres(application.databaseUrl, { max: 1 });
    await ask({ 'accept-encoding': 'br' });
    await sql`update expectation_view set etag = 'another', changed_at = changed_at + 1`.finally(() => sql.end());
    const changed = await until(
      () => ask({ 'accept-encoding': 'br' }),
      ({ headers }) => String(headers.etag).includes('another'),
    );
    expect(changed.headers['x-cache']).to.equal('db');
  });
});
