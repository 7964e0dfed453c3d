import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import postgres from 'postgres';
import { backlogModel } from '../../src/commands/dispatcher.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { rebuild } from '../../src/event-store/rebuild.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { expectationHistoryProjection } from '../../src/projections/expectation-history.ts';
import { expectationProjection } from '../../src/projections/expectation.ts';
import { settlementProjection } from '../../src/projections/settlement.ts';
import { json, testApplication } from '../support/application.ts';
import { EventStoreDbServer } from '../support/eventstoredb/server.ts';
import { until } from '../support/log-parts.ts';
import { temporaryFolder, testRedis } from '../support/services.ts';
import { sharedData, skipLoudly } from '../support/shared-data.ts';

interface RealComponent {
  readonly status: string;
  readonly reason?: string;
  readonly cost?: { readonly mean: number };
  readonly trials?: { readonly mean: number };
}

interface RealItem {
  readonly slot: string;
  readonly name: string;
  readonly starforce: RealComponent;
  readonly potential: RealComponent;
  readonly additionalPotential: RealComponent;
  readonly bonusOptions: RealComponent;
}

interface RealAnswer {
  readonly total: { readonly mean: number };
  readonly presets: readonly { readonly items: readonly RealItem[] }[];
}

const pathOf = (name: string) => `/api/v4/characters/${encodeURIComponent(name)}/expectation`;

describe('the read models', function () {
  this.timeout(90_000);

  it('are the same when all of them are deleted and built again from the log', async () => {
    const application = await testApplication();
    for (const name of ['강은호', 'load-00001', 'load-00002', '없는사람']) {
      await application.fetch(`${pathOf(name)}?wait=20`);
    }
    const sql = postgres(application.databaseUrl, { max: 1 });
    const models = [expectationProjection, expectationHistoryProjection, settlementProjection, backlogModel];
    const tables = models.flatMap((model) => model.tables);
    const contents = async () =>
      Promise.all(tables.map((table) => sql`select md5(t::text) as row from ${sql(table)} t order by 1`));
    const before = await until(contents, (rows) => String(rows.map((of) => of.length)) === '3,3,3,3,4,0,0,0');

    const database = openDatabase({ url: application.databaseUrl, applicationName: 'test', poolSize: 2 });
    const store = createPostgresEventStore({ database });
    for (const table of tables) await sql`delete from ${sql(table)}`;
    for (const model of models) {
      await rebuild(model, { store, database, onProgress: () => undefined });
    }
    expect(await contents()).to.deep.equal(before);
    await store.close();
    await database.close();
    await sql.end();
    await application.stop();
  });
});

describe('the main job elsewhere', function () {
  this.timeout(90_000);

  async function values(environment: Record<string, string>): Promise<void> {
    const application = await testApplication(environment);
    const answer = await application.fetch(`${pathOf('강은호')}?wait=30`).finally(() => application.stop());
    expect(answer.status).to.equal(200);
    expect(await json(answer)).to.have.nested.property('character.name', '강은호');
  }

  it('runs with the queue on Redis', async function () {
    const redis = await testRedis();
    if (redis === undefined) skipLoudly(this, 'no Redis can be started here');
    await values({ REDIS_URL: redis });
  });

  it('runs with the log in EventStoreDB', async () => {
    const server = await EventStoreDbServer.start();
    await values({ EVENT_STORE_URL: server.url }).finally(() => server.stop());
  });

  it('values a real payload, every component with a cost, nothing to pay, or a reason', async function () {
    const [basic, equipment] = ['basic_character_info.json', 'evan_equip.json'].map((name) =>
      sharedData(`upstream-samples/${name}`),
    );
    if (basic === undefined || equipment === undefined)
      skipLoudly(this, 'the real payload is not beside this checkout');
    const folder = await temporaryFolder();
    await mkdir(join(folder, '실제에반'));
    await copyFile(basic, join(folder, '실제에반', 'basic.json'));
    await copyFile(equipment, join(folder, '실제에반', 'item-equipment.json'));
    const application = await testApplication({ NEXON_API_KEY: '', STANDIN_DIR: folder });
    const answer = await application.fetch(`${pathOf('실제에반')}?wait=30`);
    const body = await json<RealAnswer>(answer).finally(() => application.stop());
    expect(body).to.include({ activePreset: 2, maxPreset: 2, unsupportedComponents: 2 });
    expect(body.presets.map((preset) => preset.items.length)).to.deep.equal([23, 24, 23]);
    for (const item of body.presets.flatMap((preset) => preset.items)) {
      for (const name of ['starforce', 'potential', 'additionalPotential', 'bonusOptions'] as const) {
        const component = item[name];
        if (component.status === 'valued') expect(component.cost?.mean, `${item.name} ${name}`).to.be.greaterThan(0);
        else if (component.status === 'unsupported') expect(component.reason, `${item.name} ${name}`).to.be.a('string');
        else expect(component.status).to.equal('none');
      }
    }
    // Two cooldown lines on the hat: a worked goal of the documentation.
    const hat = body.presets[1]?.items.find((item) => item.slot === '모자');
    expect(hat?.potential.trials?.mean).to.be.closeTo(1599.4, 0.1);
    expect(body.total.mean).to.be.within(5e12, 6e12);
  });
});
