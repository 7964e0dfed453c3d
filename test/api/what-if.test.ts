import { expect } from 'chai';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { until } from '../support/log-parts.ts';

interface Distribution {
  readonly mean: number;
  readonly p50: number;
}

interface Valuation {
  readonly assumptions: { readonly sparePrice: number; readonly event: { readonly cost30: boolean } };
  readonly activePreset: number;
  readonly total: Distribution;
  readonly presets: readonly { readonly preset: number; readonly total: Distribution }[];
}

describe('what-if questions', function () {
  this.timeout(120_000);
  let application: TestApplication;
  let plain: Valuation;
  const character = `/api/v4/characters/${encodeURIComponent('강은호')}`;

  before(async () => {
    application = await testApplication({ RATE_LIMIT: 'off' });
    plain = await get<Valuation>(`${character}/expectation?wait=30`);
  });
  after(() => application.stop());

  /** The answer, asked for again while its calculation takes longer than a client waits. */
  async function get<T>(path: string): Promise<T> {
    const response = await until(
      () => application.fetch(path),
      ({ status }) => status !== 503,
    );
    const body = await json<T>(response);
    expect(response.status, JSON.stringify(body)).to.equal(200);
    return body;
  }

  async function expectRefused(path: string, field: string, status = 400): Promise<void> {
    const response = await application.fetch(path);
    const problem = await json(response);
    expect(response.status, JSON.stringify(problem)).to.equal(status);
    expect(problem).to.include({ field });
  }

  it('values under other assumptions and names them', async () => {
    const shining = await get<Valuation>(`${character}/expectation?event=shining`);
    expect(shining.assumptions.event.cost30).to.equal(true);
    expect(shining.total.mean).to.be.lessThan(plain.total.mean);
    const spares = await get<Valuation>(`${character}/expectation?sparePrice=${encodeURIComponent('10억')}`);
    expect(spares.assumptions.sparePrice).to.equal(1e9);
    expect(spares.total.mean).to.be.greaterThan(plain.total.mean);
  });

  it('gives the stored answer for the default assumptions', async () => {
    const same = await get<Valuation>(`${character}/expectation?event=none`);
    expect(same).to.deep.equal(plain);
  });

  it('shows one preset as if it were worn', async () => {
    const other = plain.presets.find(({ preset }) => preset !== plain.activePreset)!;
    const shown = await get<Valuation>(`${character}/expectation?preset=${other.preset}`);
    expect(shown.activePreset).to.equal(other.preset);
    expect(shown.presets).to.have.length(1);
    expect(shown.total.mean).to.equal(other.total.mean);
  });

  it('shares an answer among spare prices that differ after the third digit, and says which it used', async () => {
    const [a, b] = await Promise.all([
      get<Valuation>(`${character}/expectation?sparePrice=123400000`),
      get<Valuation>(`${character}/expectation?sparePrice=123000001`),
    ]);
    expect(a).to.deep.equal(b);
    expect(a.assumptions.sparePrice).to.equal(123_000_000);
  });

  it('tells the chance to be done within a budget', async () => {
    const half = await get<{ probability: number; points: { cost: number; probability: number }[] }>(
      `${character}/distribution?budget=${plain.total.p50}`,
    );
    expect(half.probability).to.be.closeTo(0.5, 0.01);
    const probabilities = half.points.map((point) => point.probability);
    expect(probabilities).to.deep.equal([...probabilities].sort((x, y) => x - y));
    const text = await get<{ budget: number }>(`${character}/distribution?budget=${encodeURIComponent('1조 2000억')}`);
    expect(text.budget).to.equal(1.2e12);
  });

  it('plans the cheapest routes and what they save', async () => {
    const plan = await get<{ plain: Distribution; planned: Distribution; saving: number; steps: unknown[] }>(
      `${character}/plan?sparePrice=${encodeURIComponent('5억')}`,
    );
    expect(plan.saving).to.be.greaterThan(0);
    expect(plan.planned.mean).to.be.closeTo(plan.plain.mean - plan.saving, 2);
    expect(plan.steps.length).to.be.greaterThan(10);
  });

  it('shows the equipment that was valued', async () => {
    const shown = await get<{ equipment: { items: { name: string }[] } }>(`${character}/equipment`);
    expect(shown.equipment.items.map((item) => item.name)).to.include('제네시스 스태프');
  });

  it('refuses what it does not understand and names it', async () => {
    await expectRefused(`${character}/expectation?event=thursday`, 'event');
    await expectRefused(`${character}/expectation?sparePrice=-1`, 'sparePrice');
    await expectRefused(`${character}/expectation?sparePrice=NaN`, 'sparePrice');
    await expectRefused(`${character}/expectation?mvp=7`, 'mvp');
    await expectRefused(`${character}/expectation?preset=4`, 'preset');
    await expectRefused(`${character}/expectation?budget=1`, 'budget');
    await expectRefused(`${character}/distribution?budget=lots`, 'budget');
  });

  it('estimates one item given by hand', async () => {
    const body = {
      starforce: { itemLevel: 200, from: 15, to: 22 },
      potential: { kind: 'main', slot: 'cape', itemLevel: 200, grade: 'legendary', goal: { STR: 21 } },
    };
    const response = await application.post('/api/v4/estimates', body);
    const answer = await json<Record<'starforce' | 'potential', { status: string; cost: Distribution }>>(response);
    expect(response.status).to.equal(200);
    expect(answer.starforce.status).to.equal('valued');
    expect(answer.potential.cost.mean).to.be.greaterThan(1e9);
    expect(await json(await application.post('/api/v4/estimates', body))).to.deep.equal(answer);
  });

  const wrong: Record<string, [body: object, field: string]> = {
    'more stars than the level allows': [{ starforce: { itemLevel: 100, from: 0, to: 25 } }, 'starforce.to'],
    'an unknown slot': [
      { potential: { kind: 'main', slot: 'tail', itemLevel: 200, grade: 'legendary', goal: { STR: 21 } } },
      'potential.slot',
    ],
    'an unknown field': [{ starforce: { itemLevel: 200, from: 0, to: 15, luck: 1 } }, 'starforce.luck'],
    'a negative price': [{ starforce: { itemLevel: 200, from: 0, to: 15, sparePrice: -5 } }, 'starforce.sparePrice'],
  };
  for (const [kind, [body, field]] of Object.entries(wrong)) {
    it(`refuses an estimate with ${kind}`, async () => {
      const response = await application.post('/api/v4/estimates', body);
      const problem = await json(response);
      expect(response.status, JSON.stringify(problem)).to.equal(400);
      expect(problem).to.include({ code: 'invalid-input', field });
    });
  }

  it('calculates once for a crowd that asks the same at once, and sheds none of it', async () => {
    const path = `${character}/expectation?sparePrice=1230000000`;
    for (const when of ['before it is known', 'when it is']) {
      const crowd = await Promise.all(Array.from({ length: 40 }, () => application.fetch(path)));
      expect(new Set(crowd.map(({ status }) => status)), when).to.deep.equal(new Set([200]));
    }
  });

  it('sheds calculations beyond its queue with 503, while stored answers are read', async () => {
    const questions = Array.from({ length: 80 }, (_, n) =>
      application.fetch(`${character}/plan?sparePrice=${1e9 + n * 1e7}`).then((response) => response.status),
    );
    const read = await application.fetch(`${character}/expectation`);
    const statuses = await Promise.all(questions);
    expect(read.status).to.equal(200);
    expect(statuses.filter((status) => status === 503).length).to.be.greaterThan(80 - 32 - 10);
    expect(new Set(statuses).size, statuses.join()).to.be.lessThanOrEqual(2);
    await get(`${character}/plan?sparePrice=1000000000`);
  });
});
