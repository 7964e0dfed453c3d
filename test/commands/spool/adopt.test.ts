import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeRecord } from '../../../src/commands/spool/records.ts';
import { until } from '../../support/log-parts.ts';
import { many, request, spoolFolder } from './spooling.ts';

describe('the spool of a process that has ended', () => {
  let spools: Awaited<ReturnType<typeof spoolFolder>>;
  beforeEach(async () => {
    spools = await spoolFolder();
  });
  afterEach(() => spools.end());

  const header = (more = {}) =>
    encodeRecord({ format: 'pve-spool/1', instance: 'dead', storeId: spools.storeId, ...more });
  const left = async (...blocks: Buffer[]): Promise<void> => {
    await mkdir(spools.folder, { recursive: true });
    await writeFile(join(spools.folder, 'dead.log'), Buffer.concat(blocks));
    await writeFile(join(spools.folder, 'dead.log.lock'), '999999999 1 no such process');
  };

  it('is adopted and drained', async () => {
    await left(header(), ...many.map((id) => encodeRecord(request(id))));
    spools.start();
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(many);
    expect(await spools.drained()).to.deep.equal([{ instance: 'dead', entries: 1200, conflicts: 0 }]);
  });

  it('is adopted by one of several', async () => {
    await left(header(), ...many.map((id) => encodeRecord(request(id))));
    for (let n = 0; n < 3; n += 1) spools.start();
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(many);
    expect(await spools.drained()).to.have.length(1);
  });

  it('keeps a torn end aside, counted and reported', async () => {
    const torn = encodeRecord(request('3')).subarray(0, 50);
    await left(header(), encodeRecord(request('1')), encodeRecord(request('2')), torn);
    const one = spools.start();
    await until(spools.files, (names) => names.join() === 'dead.log.torn');
    expect((await readFile(join(spools.folder, 'dead.log.torn'))).equals(torn)).to.equal(true);
    expect(await spools.ids()).to.deep.equal(['1', '2']);
    expect(await one.failures('torn')).to.equal(1);
    expect(one.logged.join()).to.include('kept aside');
  });

  it('may have been drained before, all or in part', async () => {
    await spools.log.append('request-1', 'no-stream', request('1').events);
    await left(header(), encodeRecord(request('1')), encodeRecord(request('2')));
    spools.start();
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(['1', '2']);
    expect((await spools.drained())[0]).to.include({ entries: 2, conflicts: 0 });
  });

  it('stays where it is when it belongs to another log', async () => {
    await left(header({ storeId: 'another' }), encodeRecord(request('1')));
    const one = spools.start();
    await until(
      () => one.failures('foreign'),
      (count) => count === 1,
    );
    expect(await spools.files()).to.deep.equal(['dead.log']);
    expect([await spools.ids(), await one.spool.mayHold()]).to.deep.equal([[], false]);
  });

  it('is left alone while its process runs', async () => {
    const owner = spools.start();
    spools.state.away = true;
    await owner.spool.append(request('1'));
    const other = spools.start({ store: spools.log });
    await until(
      () => other.metric('pve_execution_duration_seconds_count{name="adopt spools",outcome="ok"}'),
      (count) => count > 0,
    );
    expect(await spools.ids()).to.deep.equal([]);
    expect(await other.spool.mayHold()).to.equal(true);
    spools.state.away = false;
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(['1']);
  });
});
