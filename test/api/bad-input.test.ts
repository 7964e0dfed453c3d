import { connect } from 'node:net';
import { expect } from 'chai';
import postgres from 'postgres';
import { json, testApplication, type TestApplication } from '../support/application.ts';

interface Problem {
  readonly code: string;
  readonly field: string;
  readonly status: number;
  readonly traceId: string;
}

describe('bad input', () => {
  let application: TestApplication;
  before(async function () {
    this.timeout(60_000);
    application = await testApplication({ ROLE: 'api' });
  });
  after(() => application.stop());

  async function expectProblem(response: Response, status: number, code: string, field: string): Promise<void> {
    const problem = await json<Problem>(response);
    expect(response.status, JSON.stringify(problem)).to.equal(status);
    expect(response.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
    expect(problem).to.include({ status, code, field });
    expect(problem.traceId).to.equal(response.headers.get('x-correlation-id'));
  }

  const badNames: Record<string, string> = {
    'of no characters': '',
    'of blanks': '   ',
    'of 13 characters': '가'.repeat(13),
    'with a control character': '강\u0007은호',
    'with a space inside': '강 은호',
    'with a bidirectional mark': '강\u202e은호',
  };
  for (const [kind, characterName] of Object.entries(badNames)) {
    it(`refuses a name ${kind}`, async () => {
      const answer = await application.post('/api/v4/valuations', { characterName });
      await expectProblem(answer, 400, 'invalid-input', 'characterName');
      if (characterName.trim() === '') return;
      const read = await application.fetch(`/api/v4/characters/${encodeURIComponent(characterName)}/expectation`);
      await expectProblem(read, 400, 'invalid-input', 'characterName');
    });
  }

  const badBodies: Record<string, [body: string, status: number, code: string, field: string]> = {
    'that is no JSON': ['{"characterName":', 400, 'invalid-input', 'body'],
    'that is no object': ['[]', 400, 'invalid-input', 'body'],
    'without a name': ['{}', 400, 'invalid-input', 'characterName'],
    'whose name is no text': ['{"characterName":7}', 400, 'invalid-input', 'characterName'],
    'with an unknown field': ['{"characterName":"강은호","colour":"red"}', 400, 'invalid-input', 'colour'],
    'above 64 KB': [JSON.stringify({ characterName: 'a'.repeat(66_000) }), 413, 'payload-too-large', 'body'],
  };
  for (const [kind, [body, status, code, field]] of Object.entries(badBodies)) {
    it(`refuses a body ${kind}`, async () => {
      await expectProblem(await application.post('/api/v4/valuations', body), status, code, field);
    });
  }

  it('refuses another content type', async () => {
    const answer = await application.post('/api/v4/valuations', 'characterName=a', { 'content-type': 'text/plain' });
    await expectProblem(answer, 415, 'unsupported-media-type', 'content-type');
  });

  it('refuses an idempotency key that is not visible ASCII or too long', async () => {
    for (const key of ['a b', 'x'.repeat(129)]) {
      const answer = await application.post(
        '/api/v4/valuations',
        { characterName: '강은호' },
        { 'idempotency-key': key },
      );
      await expectProblem(answer, 400, 'invalid-input', 'idempotency-key');
    }
  });

  it('refuses an unknown query parameter and a wait out of range', async () => {
    const path = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation`;
    await expectProblem(await application.fetch(`${path}?colour=red`), 400, 'invalid-input', 'colour');
    await expectProblem(await application.fetch(`${path}?wait=1000`), 400, 'invalid-input', 'wait');
    await expectProblem(await application.fetch(`${path}?wait=soon`), 400, 'invalid-input', 'wait');
  });

  it('refuses a path that is not percent-encoded UTF-8', async () => {
    await expectProblem(await application.fetch('/api/v4/characters/%EA%B0/expectation'), 400, 'invalid-input', 'path');
  });

  it('answers an unknown route with 404 and another method with 405 and the methods allowed', async () => {
    await expectProblem(await application.fetch('/api/v4/nothing'), 404, 'not-found', 'path');
    const answer = await application.fetch('/api/v4/valuations');
    await expectProblem(answer, 405, 'method-not-allowed', 'method');
    expect(answer.headers.get('allow')).to.equal('POST');
  });

  it('answers raw bytes in the request line, which the parser refuses, with problem+json', async () => {
    const { hostname, port } = new URL(application.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('GET /api/v4/characters/강은호/expectation HTTP/1.1\r\nHost: localhost\r\n\r\n');
      });
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).to.match(/^HTTP\/1\.1 400 /);
    expect(answer).to.include('Content-Type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).to.include({ status: 400, code: 'invalid-input' });
  });

  it('has stored nothing of all this', async () => {
    const sql = postgres(application.databaseUrl, { max: 1 });
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from events`.finally(() => sql.end());
    expect(row?.count).to.equal(0);
  });
});
