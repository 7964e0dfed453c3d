import { expect } from 'chai';
import postgres from 'postgres';
import { json, testApplication, type TestApplication } from '../support/application.ts';

interface Accepted {
  readonly requestId: string | null;
  readonly code?: string;
}

describe('limits of the public endpoints', function () {
  this.timeout(60_000);
  const running: TestApplication[] = [];
  afterEach(async () => {
    for (const application of running.splice(0)) await application.stop();
  });
  async function start(environment: Record<string, string>): Promise<TestApplication> {
    const application = await testApplication({ ROLE: 'api,ops', ...environment });
    running.push(application);
    return application;
  }

  const pathOf = (name: string) => `/api/v4/characters/${name}/expectation`;
  const from = (client: string) => ({ 'x-forwarded-for': client });
  const headersOf = (response: Response) =>
    ['ratelimit-policy', 'ratelimit', 'retry-after'].map((name) => response.headers.get(name));

  it('tells each client what it has left, and refuses it with 429 when that is nothing', async () => {
    const application = await start({ RATE_LIMIT: '3' });
    const answers = [
      await application.fetch(pathOf('a')),
      await application.fetch('/api/v4/requests/x'),
      await application.fetch('/api/v4/nothing'),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([202, 404, 404]);
    const policy = '"requests";q=3;w=60';
    expect(answers.map(headersOf)).to.deep.equal([
      [policy, '"requests";r=2;t=20', '2'],
      [policy, '"requests";r=1;t=20', null],
      [policy, '"requests";r=0;t=20', null],
    ]);
    const refused = await application.fetch(pathOf('a'));
    expect(refused.status).to.equal(429);
    expect(refused.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
    expect(headersOf(refused)).to.deep.equal([policy, '"requests";r=0;t=20', '20']);
    expect(await json(refused)).to.include({ code: 'too-many-requests', status: 429 });
  });

  it('refuses before it reads a body', async () => {
    const application = await start({ RATE_LIMIT: '1' });
    await application.fetch(pathOf('a'));
    expect((await application.post('/api/v4/valuations', '{"characterName":')).status).to.equal(429);
  });

  it('never limits health, metrics and operators', async () => {
    const application = await start({ RATE_LIMIT: '1' });
    await application.fetch(pathOf('a'));
    for (const path of ['/livez', '/readyz', '/startupz', '/metrics']) {
      const answer = await application.fetch(path);
      expect([answer.status, ...headersOf(answer)], path).to.deep.equal([200, null, null, null]);
    }
    expect((await application.fetch('/api/v4/admin/projections')).status).to.equal(401);
    expect((await application.fetch(pathOf('a'))).status).to.equal(429);
  });

  it('has a limit of its own for what-if questions, in whatever spelling of the path', async () => {
    const application = await start({});
    const limitOf = (response: Response) => response.headers.get('ratelimit')?.split(';')[0];
    for (const path of [
      `${pathOf('a')}?event=shining`,
      `${pathOf('a')}?wait=0&preset=1`,
      '/API/V4/characters/a/PLAN/',
    ]) {
      expect(limitOf(await application.fetch(path)), path).to.equal('"what-if"');
    }
    expect(limitOf(await application.post('/api/v4/estimates', {}))).to.equal('"what-if"');
    for (const path of [pathOf('a'), `${pathOf('a')}?wait=0`, '/api/v4/characters/a/equipment']) {
      expect(limitOf(await application.fetch(path)), path).to.equal('"requests"');
    }
  });

  it('believes X-Forwarded-For from trusted proxies only', async () => {
    const ask = async (application: TestApplication, client: string) =>
      (await application.fetch(pathOf('a'), { headers: from(client) })).status;
    const direct = await start({ RATE_LIMIT: '1' });
    expect([await ask(direct, '203.0.113.1'), await ask(direct, '203.0.113.2')]).to.deep.equal([202, 429]);
    const proxied = await start({ RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.1' });
    expect([await ask(proxied, '203.0.113.1'), await ask(proxied, '203.0.113.2')]).to.deep.equal([202, 202]);
    expect(await ask(proxied, '198.51.100.7, 203.0.113.1')).to.equal(429);
  });

  it('scopes an idempotency key by the client, which the socket tells and no header of a stranger', async () => {
    const file = async (application: TestApplication, client: string) => {
      const headers = { 'idempotency-key': 'k', ...from(client) };
      return (await json<Accepted>(await application.post('/api/v4/valuations', { characterName: 'a' }, headers)))
        .requestId;
    };
    const direct = await start({});
    expect(await file(direct, '203.0.113.1')).to.equal(await file(direct, '203.0.113.2'));
    const proxied = await start({ TRUSTED_PROXIES: '127.0.0.1' });
    expect(await file(proxied, '203.0.113.1')).not.to.equal(await file(proxied, '203.0.113.2'));
  });

  /** What flows back while a test runs, at so many a minute. */
  const refilled = (perMinute: number, since: number) => Math.ceil(((Date.now() - since) * perMinute) / 60_000);

  it('counts what is answered from memory in front of the framework like everything else', async () => {
    const application = await start({ ROLE: 'api,worker,projector', RATE_LIMIT: '60', TRUSTED_PROXIES: '127.0.0.1' });
    const path = pathOf(encodeURIComponent('강은호'));
    await application.fetch(`${path}?wait=30`);
    const since = Date.now();
    const statuses: number[] = [];
    for (let n = 0; n < 80; n += 1) {
      const answer = await application.fetch(path, { headers: from('203.0.113.1') });
      await answer.arrayBuffer();
      statuses.push(answer.status);
      if (answer.status === 200) expect(answer.headers.get('ratelimit')).to.match(/^"requests";r=\d+;t=1$/);
      else expect(answer.headers.get('retry-after')).to.equal('1');
    }
    expect(statuses.filter((status) => status === 200).length).to.be.within(60, 60 + refilled(60, since));
    expect(new Set(statuses)).to.deep.equal(new Set([200, 429]));
    const metrics = await application.fetch('/metrics').then((answer) => answer.text());
    expect(Number(/^pve_hot_reads_total (\d+)/m.exec(metrics)?.[1])).to.be.greaterThan(50);
  });

  describe('of filing', () => {
    const stored = async (application: TestApplication) => {
      const sql = postgres(application.databaseUrl, { max: 1 });
      const [row] = await sql<{ count: number }[]>`select count(*)::int as count from events`.finally(() => sql.end());
      return row!.count;
    };
    const post = async (application: TestApplication, name: string, headers: Record<string, string> = {}) => {
      const answer = await application.post('/api/v4/valuations', { characterName: name }, headers);
      const { code } = await json<Accepted>(answer);
      const policy = answer.headers.get('ratelimit-policy');
      return { status: answer.status, code, policy, retryAfter: answer.headers.get('retry-after') };
    };
    const accepted = (answers: readonly { status: number }[]) => answers.filter(({ status }) => status === 202).length;

    it('lets a client file 30 characters a minute: then commands get 429 and reads are answered without filing', async () => {
      const application = await start({});
      const since = Date.now();
      const key = { 'idempotency-key': 'first' };
      expect((await post(application, 'first', key)).status).to.equal(202);
      const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => post(application, `n${n}`)));
      expect(accepted(answers)).to.be.within(29, 29 + refilled(30, since));
      const refusal = { status: 429, code: 'too-many-requests', policy: '"filing";q=30;w=60', retryAfter: '2' };
      expect(answers.filter(({ status }) => status !== 202)[0]).to.deep.equal(refusal);
      const again = await Promise.all(Array.from({ length: 10 }, () => post(application, 'first', key)));
      expect(accepted(again), 'what is filed already is free').to.equal(10);

      const reads = await Promise.all(Array.from({ length: 20 }, (_, n) => application.fetch(pathOf(`r${n}`))));
      expect(reads.map(({ status }) => status)).to.deep.equal(reads.map(() => 202));
      const bodies = await Promise.all(reads.map((read) => json<Accepted>(read)));
      const unfiled = bodies.findIndex(({ requestId }) => requestId === null);
      expect(bodies[unfiled]).to.deep.equal({ requestId: null, status: 'pending', statusUrl: null, position: null });
      expect([reads[unfiled]!.headers.get('location'), reads[unfiled]!.headers.get('retry-after')]).to.deep.equal([
        null,
        '2',
      ]);
      expect(await stored(application)).to.be.within(30, 30 + refilled(30, since));
    });

    it('lets everyone together file so many, whoever they are', async () => {
      const application = await start({ FILED_PER_MINUTE: '12', TRUSTED_PROXIES: '127.0.0.1' });
      const since = Date.now();
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => post(application, `n${n}`, from(`203.0.113.${n}`))),
      );
      expect(accepted(answers)).to.be.within(12, 12 + refilled(12, since));
      const refusal = {
        status: 429,
        code: 'too-many-requests',
        policy: '"filing-together";q=12;w=60',
        retryAfter: '5',
      };
      expect(answers.filter(({ status }) => status !== 202)[0]).to.deep.equal(refusal);
    });

    it('is off with the rest', async () => {
      const application = await start({ RATE_LIMIT: 'off', FILED_PER_MINUTE: '1' });
      const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => post(application, `n${n}`)));
      expect(accepted(answers)).to.equal(60);
      expect(answers[0]!.policy).to.equal(null);
    });
  });
});
