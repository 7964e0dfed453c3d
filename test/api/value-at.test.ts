import { expect } from 'chai';
import fc from 'fast-check';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { characterLog, type CharacterLog } from '../support/character-log.ts';
import { until } from '../support/log-parts.ts';

type Body = Record<string, unknown>;

/** One thing that happens to a character; a number is how many times it is confirmed. */
type Move = 'change' | 'value' | 'change and value' | number;

const hat = (stars: number) => wearing(anItem({ stars }));
const DAY = 86_400_000;

describe('the value as of a past moment', function () {
  this.timeout(120_000);
  let application: TestApplication;
  /** Well within the days for which snapshots are shown. */
  let start: number;
  before(async () => {
    application = await testApplication({ RATE_LIMIT: 'off' });
    start = Date.now() - DAY;
  });
  after(() => application.stop());

  const pathOf = (name: string, what = 'expectation') => `/api/v4/characters/${encodeURIComponent(name)}/${what}`;
  const readAt = (name: string, at: Date, query = '', what = 'expectation') =>
    application.fetch(`${pathOf(name, what)}?at=${at.toISOString()}${query}`);
  async function past<T>(name: string, tell: (log: CharacterLog) => Promise<T>): Promise<T> {
    const log = characterLog(application.databaseUrl, name);
    return await tell(log).finally(() => log.close());
  }
  /** The answer, `undefined` when there is none, without what depends on the moment of asking. */
  async function timeless(response: Response): Promise<Body | undefined> {
    if (response.status === 404 || response.status === 202) return undefined;
    expect(response.status).to.equal(200);
    const { freshness, ...rest } = await json(response);
    expect(freshness).to.be.oneOf(['fresh', 'stale', 'updating']);
    return rest;
  }

  /** Lets the moves happen, a minute each, and asks after each of them for the answer of now. */
  async function live(log: CharacterLog, name: string, moves: readonly Move[]) {
    const seen: { at: Date; body: Body | undefined }[] = [];
    let stars = 0;
    for (const [n, move] of moves.entries()) {
      const at = new Date(start + n * 60_000);
      const change = () => log.recorded(hat((stars = (stars + 1) % 12)), at);
      const events = {
        change: () => [change()],
        value: () => [log.calculated(hat(stars))],
        'change and value': () => [change(), log.calculated(hat(stars))],
      };
      const happened =
        typeof move === 'number' ? Array.from({ length: move }, () => log.confirmed(hat(stars), at)) : events[move]();
      const headers = { 'x-min-position': String(await log.append(at, ...happened)) };
      seen.push({ at, body: await timeless(await application.fetch(pathOf(name), { headers })) });
    }
    return seen;
  }

  it('is what the read of that moment answered, whatever happened since', async () => {
    const move = fc.constantFrom<Move>('change', 'value', 'change and value', 'change and value', 1, 20);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 20 }), async (moves) => {
        const name = `p${++run}`;
        const seen = await past(name, (log) => live(log, name, ['change', ...moves]));
        for (const { at, body } of seen) {
          expect(await timeless(await readAt(name, at))).to.deep.equal(body);
          expect(await timeless(await readAt(name, new Date(at.getTime() + 59_999)))).to.deep.equal(body);
        }
        expect((await readAt(name, new Date(start - 1))).status).to.equal(404);
      }),
      { numRuns: 4 },
    );
  });

  it('is found behind hundreds of confirmations and of unvalued changes', async () => {
    const changes = Array<Move>(40).fill('change');
    const moves: Move[] = ['change and value', 300, 'change and value', 1, ...changes, 300, 'value', 20];
    const seen = await past('기다림', (log) => live(log, '기다림', moves));
    for (const { at, body } of seen) expect(await timeless(await readAt('기다림', at))).to.deep.equal(body);
  });

  it('is as fresh as it was then, and may be kept when it cannot change any more', async () => {
    const looked = new Date(start);
    await past('신선', async (log) => {
      await log.applied(await log.append(looked, log.recorded(hat(3), looked), log.calculated(hat(3))), 'expectation');
    });
    const soon = await readAt('신선', new Date(start + 899_000));
    const later = await readAt('신선', new Date(start + 901_000));
    expect((await json(soon)).freshness).to.equal('fresh');
    expect((await json(later)).freshness).to.equal('stale');
    expect(later.headers.get('x-freshness')).to.equal('stale');
    expect(later.headers.get('cache-control')).to.equal('public, max-age=86400');
    expect([later.headers.get('age'), later.headers.get('x-cache')]).to.deep.equal(['0', 'db']);
    const now = await readAt('신선', new Date(Date.now() - 1000));
    expect([now.status, now.headers.get('cache-control')]).to.deep.equal([200, 'no-cache']);
  });

  it('is not shown once it was older than 30 days', async () => {
    const long = new Date(Date.now() - 40 * DAY);
    await past('오래', async (log) => {
      await log.applied(await log.append(long, log.recorded(hat(3), long), log.calculated(hat(3))), 'expectation');
    });
    expect((await readAt('오래', new Date(long.getTime() + 29 * DAY))).status).to.equal(200);
    const tooOld = await readAt('오래', new Date(long.getTime() + 31 * DAY));
    expect(tooOld.status).to.equal(404);
    expect(await json(tooOld)).to.include({ code: 'not-found', field: 'at' });
  });

  it('takes other assumptions, and shows the equipment, plans and chances of that moment', async () => {
    const [first, second] = [new Date(start), new Date(start + 60_000)];
    await past('만약', async (log) => {
      await log.append(first, log.recorded(hat(17), first), log.calculated(hat(17)));
      const last = await log.append(second, log.recorded(hat(5), second), log.calculated(hat(5)));
      await log.applied(last, 'expectation');
    });
    const ask = async (query: string, what?: string) => {
      const answer = await until(
        () => readAt('만약', first, query, what),
        ({ status }) => status !== 503,
      );
      return json<{ asOf: string; total: { mean: number }; equipment: { items: { stars: number }[] } }>(answer);
    };
    const [plain, cheap] = [await ask(''), await ask('&event=shining')];
    expect(cheap.total.mean).to.be.within(1, plain.total.mean - 1);
    expect(cheap.asOf).to.equal(first.toISOString());
    expect((await ask('&preset=1')).total).to.deep.equal(plain.total);
    expect((await ask('', 'equipment')).equipment.items[0]?.stars).to.equal(17);
    expect(await ask('', 'plan')).to.have.nested.property('plain.mean', plain.total.mean);
    expect(await ask('&budget=1000', 'distribution')).to.include({ budget: 1000 });
  });

  const wrong: Record<string, string> = {
    'at=yesterday': 'at',
    'at=2026-02-30T00:00:00Z': 'at',
    'at=2026-02-03': 'at',
    'at=2026-02-03T00:00:00': 'at',
    'at=2999-01-01T00:00:00Z': 'at',
    'at=': 'at',
    'at=2026-02-03T00:00:00Z&at=2026-02-03T00:00:00Z': 'at',
    'at=2026-02-03T00:00:00Z&wait=1': 'wait',
    'at=2026-02-03T00:00:00Z&preset=4': 'preset',
    'at=2026-02-03T00:00:00Z&event=thursday': 'event',
  };
  for (const [query, field] of Object.entries(wrong)) {
    it(`refuses ${query} and names the parameter`, async () => {
      const answer = await application.fetch(`${pathOf('만약')}?${query}`);
      expect(answer.status).to.equal(400);
      expect(await json(answer)).to.include({ code: 'invalid-input', field });
    });
  }

  it('takes any offset, its plus encoded or not, and knows nobody that was never seen', async () => {
    const moment = new Date(start + 9 * 3_600_000).toISOString().replace('Z', '');
    for (const plus of ['+', '%2B']) {
      expect((await application.fetch(`${pathOf('만약')}?at=${moment}${plus}09:00`)).status).to.equal(200);
    }
    const unknown = await readAt('누구세요', new Date(start));
    expect(unknown.status).to.equal(404);
    expect(await json(unknown)).to.include({ field: 'characterName' });
  });
});
