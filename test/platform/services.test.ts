import { expect } from 'chai';
import { openClient } from '../../src/platform/database-client.ts';
import { skipLoudly } from '../support/shared-data.ts';
import { testDatabase, testRedis } from '../support/services.ts';

describe("the tests' own services", () => {
  it('give every caller a migrated database of its own', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    const sql = openClient(one.url, { max: 1 });
    const elsewhere = openClient(other.url, { max: 1 });
    await sql`create table only_here (id int)`;
    const [row] =
      await elsewhere`select to_regclass('only_here') as found, (select count(*) from schema_migrations) as n`;
    expect(row?.found).to.equal(null);
    expect(Number(row?.n)).to.be.greaterThan(0);
    await Promise.all([sql.end(), elsewhere.end()]);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('give a Redis that answers', async function () {
    const url = (await testRedis()) ?? skipLoudly(this, 'no redis-server on the PATH and no Docker');
    expect(new URL(url).hostname).to.equal('127.0.0.1');
  });
});
