import { get } from 'node:http';
import { expect } from 'chai';
import { expandValuation, type CompactValuation } from '../../src/domain/valuation/compact.ts';
import type { Client } from '../../src/platform/database-client.ts';
import { listHistory } from '../../src/platform/read-models/expectation-history.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { characterLog, value, type CharacterLog } from '../support/character-log.ts';

interface Point {
  readonly position: string;
  readonly calculatedAt: string;
  readonly total: { readonly mean: number; readonly p50: number } | null;
  readonly unsupportedComponents: number;
  readonly snapshotFingerprint: string;
}

interface Page {
  readonly character: { readonly name: string; readonly ocid: string };
  readonly points: readonly Point[];
  readonly next: string | null;
}

const MODELS = ['expectation', 'expectation_history'];
const hat = (stars: number) => wearing(anItem({ stars }));
const minute = (n: number) => new Date(Date.UTC(2026, 10, 1, 0, n));
const meanOf = (valuation: CompactValuation) => expandValuation(valuation).presets[0]?.total.cost?.mean;

describe('the history of a value', function () {
  this.timeout(60_000);
  let application: TestApplication;
  before(async () => {
    application = await testApplication({ ROLE: 'api,projector' });
  });
  after(() => application.stop());

  const pathOf = (name: string, query = '') => `/api/v4/characters/${encodeURIComponent(name)}/history${query}`;
  const page = async (path: string): Promise<Page> => json<Page>(await application.fetch(path));
  async function past<T>(name: string, tell: (log: CharacterLog) => Promise<T>): Promise<T> {
    const log = characterLog(application.databaseUrl, name);
    return await tell(log).finally(() => log.close());
  }

  it('has a point for every calculation, newest first, and none for a mere confirmation', async () => {
    await past('승급', async (log) => {
      await log.append(minute(0), log.recorded(hat(10), minute(0)), log.calculated(hat(10)));
      await log.append(minute(1), log.confirmed(hat(10), minute(1)));
      await log.append(minute(2), log.recorded(hat(15), minute(2)), log.calculated(hat(15)));
      const last = await log.append(minute(3), log.recorded(hat(10), minute(3)), log.calculated(hat(10)));
      await log.applied(last, ...MODELS);
    });
    const { character, points, next } = await page(pathOf(' 승급 '));
    expect(character).to.deep.include({ name: '승급', ocid: 'ocid-승급', world: '스카니아' });
    expect(next).to.equal(null);
    expect(points.map((point) => point.total?.mean)).to.deep.equal([10, 15, 10].map((n) => meanOf(value(hat(n)))));
    expect(points.map((point) => point.calculatedAt)).to.deep.equal([3, 2, 0].map((n) => minute(n).toISOString()));
    expect(points[0]?.snapshotFingerprint).to.equal(points[2]?.snapshotFingerprint);
    expect(points[0]).to.include({ unsupportedComponents: 0, ruleSet: 'kms2026' });
    const means = points.map((point) => point.total?.mean);
    expect(means.every(Number.isSafeInteger)).to.equal(true);
  });

  it('has a point without a total where nothing could be valued', async () => {
    const scrolled = wearing(anItem({ stars: 10, starScroll: true }));
    await past('주문서', async (log) => {
      const last = await log.append(minute(0), log.recorded(scrolled, minute(0)), log.calculated(scrolled));
      await log.applied(last, ...MODELS);
    });
    const [point] = (await page(pathOf('주문서'))).points;
    expect(point).to.include({ total: null, unsupportedComponents: 1 });
  });

  it('is empty for a character that was seen and not valued yet, and 404 for one never seen', async () => {
    await past('처음', async (log) => {
      await log.applied(await log.append(minute(0), log.recorded(hat(1), minute(0))), ...MODELS);
    });
    expect(await page(pathOf('처음'))).to.deep.include({ points: [], next: null });
    const unknown = await application.fetch(pathOf('누구세요'));
    expect(unknown.status).to.equal(404);
    expect(await json(unknown)).to.include({ code: 'not-found', field: 'characterName' });
  });

  it('is read to its end by following the links, every point once, each page by its rows alone', async () => {
    const COUNT = 10_000;
    const valuation = value(wearing());
    await past('만번', async (log) => {
      await log.append(minute(0), log.recorded(wearing(), minute(0)));
      const batch = Array.from({ length: 500 }, () => log.calculated(wearing(), valuation));
      let last = 0n;
      for (let n = 0; n < COUNT; n += batch.length) last = await log.append(minute(n), ...batch);
      // Another's rows stand in between where pages are looked for in the wrong order.
      await past('이웃', async (other) => {
        for (let n = 0; n < 6; n += 1)
          await other.append(minute(n), ...batch.map(() => other.calculated(wearing(), valuation)));
      });
      last = await log.append(minute(COUNT), ...batch);
      await log.applied(last, ...MODELS);

      const positions: bigint[] = [];
      for (let path: string | null = pathOf('만번', '?limit=200'); path !== null;) {
        const { points, next }: Page = await page(path);
        positions.push(...points.map((point) => BigInt(point.position)));
        path = next;
      }
      expect(positions).to.have.length(COUNT + batch.length);
      expect(positions.every((position, n) => n === 0 || position < (positions[n - 1] ?? 0n))).to.equal(true);

      // PostgreSQL does this by itself within a minute.
      await log.database.query((sql) => sql`analyze expectation_history`);
      for (const before of [last + 1n, positions[batch.length - 25], positions.at(-51)]) {
        const { nodes, pages } = await planOf(log, before ?? 0n);
        expect(nodes).to.deep.equal(['Limit', 'Index Scan']);
        expect(pages).to.be.lessThan(9);
      }
    });
  });

  it('answers 304 for a page that the client has', async () => {
    const { headers } = await application.fetch(pathOf('승급'), { headers: { 'accept-encoding': 'identity' } });
    expect(headers.get('cache-control')).to.equal('no-cache');
    // Not by fetch: it asks for a fresh answer whenever it is given a tag.
    const status = await new Promise((resolve, reject) => {
      const tag = { 'if-none-match': headers.get('etag') ?? '' };
      get(application.url + pathOf('승급'), { headers: tag }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', reject);
    });
    expect(status).to.equal(304);
  });

  const wrong: Record<string, string> = {
    '?limit=0': 'limit',
    '?limit=201': 'limit',
    '?limit=': 'limit',
    '?limit=1e2': 'limit',
    '?limit=1&limit=2': 'limit',
    '?before=-1': 'before',
    '?before=yesterday': 'before',
    '?before=9223372036854775808': 'before',
    '?page=2': 'page',
  };
  for (const [query, field] of Object.entries(wrong)) {
    it(`refuses ${query} and names the parameter`, async () => {
      const answer = await application.fetch(pathOf('승급', query));
      expect(answer.status).to.equal(400);
      expect(await json(answer)).to.include({ code: 'invalid-input', field });
    });
  }
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** How PostgreSQL finds a page: the steps of its plan, and the pages of the table and its index that it looks at. */
async function planOf({ database, ocid }: CharacterLog, before: bigint) {
  const nodes: PlanNode[] = [];
  const visit = (node: PlanNode): void => {
    nodes.push(node);
    node.Plans?.forEach(visit);
  };
  await database.query(async (sql) => {
    // The query as it is, behind the word that asks for its plan.
    const explain = async (strings: TemplateStringsArray, ...values: never[]) => {
      const [first = '', ...rest] = strings;
      const asked = [`explain (analyze, buffers, format json) ${first}`, ...rest];
      const [row] = await sql<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
        Object.assign(asked, { raw: asked }),
        ...values,
      );
      if (row !== undefined) visit(row['QUERY PLAN'][0].Plan);
      return [];
    };
    await listHistory(explain as unknown as Client, { ocid, before, limit: 50 });
  });
  const [whole] = nodes;
  if (whole === undefined) throw new Error('no plan');
  return {
    nodes: nodes.map((node) => node['Node Type']),
    pages: whole['Shared Hit Blocks'] + whole['Shared Read Blocks'],
  };
}
