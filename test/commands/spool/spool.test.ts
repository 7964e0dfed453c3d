import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ProblemError } from '../../../src/domain/errors.ts';
import { StoreUnavailableError } from '../../../src/event-store/errors.ts';
import { until } from '../../support/log-parts.ts';
import { outcome } from '../../support/outcome.ts';
import { many, request, spoolFolder } from './spooling.ts';

describe('the spool', () => {
  let spools: Awaited<ReturnType<typeof spoolFolder>>;
  beforeEach(async () => {
    spools = await spoolFolder();
  });
  afterEach(() => spools.end());

  it('is not there while the log is', async () => {
    const { spool } = spools.start();
    expect(await spool.append(request('1'))).to.include({ idempotent: false });
    expect(await spools.files()).to.deep.equal([]);
    expect(await spool.mayHold()).to.equal(false);
  });

  it('takes what the log cannot, asks the log for none of it, and writes it there in order once it is back', async () => {
    const one = spools.start();
    spools.state.away = true;
    for (const id of many.slice(0, 5)) expect(await one.spool.append(request(id))).to.equal(undefined);
    const before = spools.state.asked;
    await Promise.all(many.slice(5).map((id) => one.spool.append(request(id))));
    expect(spools.state.asked - before, 'calls of the log').to.be.lessThan(10);
    expect(await one.metric('pve_spool_entries')).to.equal(1200);
    expect(await one.metric('pve_spool_bytes')).to.be.greaterThan(100_000);
    expect(await one.metric('pve_spool_age_seconds')).to.be.greaterThan(0);
    expect(await one.spool.mayHold()).to.equal(true);
    spools.state.away = false;
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(many);
    expect(await spools.drained()).to.have.length(1);
    expect((await spools.drained())[0]).to.include({ entries: 1200, conflicts: 0 });
    expect(await one.spool.append(request('again'))).to.include({ idempotent: false });
    expect([await one.spool.mayHold(), await one.metric('pve_spool_entries')]).to.deep.equal([false, 0]);
  });

  it('has an append once whose answer was lost on its way', async () => {
    const one = spools.start({
      append: async ({ stream, expectedRevision, events }) => {
        await spools.log.append(stream, expectedRevision, events);
        throw new StoreUnavailableError('the connection broke');
      },
    });
    expect(await one.spool.append(request('1'))).to.equal(undefined);
    await until(spools.drained, (all) => all.length === 1);
    expect(await spools.ids()).to.deep.equal(['1']);
  });

  it('waits two seconds at most for a log that does not answer', async () => {
    const one = spools.start({ append: () => new Promise(() => undefined) });
    const began = performance.now();
    expect(await one.spool.append(request('1'))).to.equal(undefined);
    expect(performance.now() - began).to.be.lessThan(3000);
    await until(spools.ids, (all) => all.length === 1);
  });

  it('leaves to the caller what is not the log’s absence', async () => {
    const one = spools.start({ append: () => Promise.reject(new ProblemError('overloaded', 'busy')) });
    expect(await outcome(one.spool.append(request('1')))).to.include({ code: 'overloaded' });
    expect(await spools.files()).to.deep.equal([]);
  });

  it('goes through the log’s returning and leaving again', async () => {
    const one = spools.start();
    for (let round = 0; round < 3; round += 1) {
      spools.state.away = true;
      await Promise.all(many.slice(round * 100, round * 100 + 100).map((id) => one.spool.append(request(id))));
      spools.state.away = false;
      await until(spools.ids, (all) => all.length === (round + 1) * 100);
    }
    await spools.gone();
    expect(await spools.ids()).to.have.members(many.slice(0, 300));
  });

  it('refuses when it is full, says so once, and takes more when it has been drained', async () => {
    const one = spools.start({ limits: { entries: 3, bytes: 1024 ** 2 } });
    spools.state.away = true;
    for (const id of ['1', '2', '3']) await one.spool.append(request(id));
    for (const id of ['4', '5'])
      expect(await outcome(one.spool.append(request(id)))).to.include({ code: 'unavailable' });
    expect(await one.failures('full')).to.equal(2);
    expect(one.logged.filter((line) => line.includes('"level":60'))).to.have.length(1);
    spools.state.away = false;
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(['1', '2', '3']);
    spools.state.away = true;
    expect(await one.spool.append(request('6'))).to.equal(undefined);
  });

  it('refuses by bytes too', async () => {
    const one = spools.start({ limits: { entries: 1000, bytes: 700 } });
    spools.state.away = true;
    await one.spool.append(request('1'));
    expect(await outcome(one.spool.append(request('2')))).to.include({ code: 'unavailable' });
  });

  it('refuses where nothing can be written, and notices that the log is back', async () => {
    await writeFile(spools.folder, 'not a folder');
    const one = spools.start();
    spools.state.away = true;
    expect(await outcome(one.spool.append(request('1')))).to.include({ code: 'unavailable' });
    expect(await one.failures('write')).to.equal(1);
    expect(one.logged.join()).to.include('"level":60');
    spools.state.away = false;
    await until(
      () => outcome(one.spool.append(request('1'))),
      (result) => !(result instanceof Error),
    );
    expect(await spools.ids()).to.deep.equal(['1']);
  });

  it('counts a key that was used for another request, and keeps the first', async () => {
    await spools.log.append('request-1', 'no-stream', request('1', 'first').events);
    const one = spools.start();
    spools.state.away = true;
    for (const hash of ['second', 'third']) await one.spool.append(request('2', hash));
    await one.spool.append(request('1', 'other'));
    await one.spool.append(request('3'));
    spools.state.away = false;
    await spools.gone();
    expect((await spools.drained())[0]).to.include({ entries: 4, conflicts: 2 });
    expect(await one.failures('conflict')).to.equal(2);
    expect((await spools.inLog()).map(({ data }) => (data as { bodyHash: string }).bodyHash)).to.deep.equal([
      'first',
      'second',
      'hash',
    ]);
  });

  it('is handed on when its process ends in good order while the log is away', async () => {
    const one = spools.start();
    spools.state.away = true;
    await one.spool.append(request('1'));
    await one.end();
    expect((await spools.files()).map((name) => name.replace(/^.*\./, ''))).to.deep.equal(['log']);
    spools.state.away = false;
    spools.start();
    await spools.gone();
    expect(await spools.ids()).to.deep.equal(['1']);
  });
});
