import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { json } from '../support/application.ts';
import { lives } from '../support/lives.ts';
import { until } from '../support/log-parts.ts';
import { runPve, startPve, type PveProcess } from '../support/pve-process.ts';
import { temporaryFolder } from '../support/services.ts';

const PATH = `/api/v4/characters/${encodeURIComponent('강은호')}/expectation`;

interface Expectation {
  readonly freshness: string;
  readonly character: { readonly name: string };
  readonly total: { readonly mean: number; readonly p50: number };
  readonly presets: readonly unknown[];
}

describe('the embedded default, as a new user meets it', function () {
  this.timeout(120_000);
  let folder: string;
  let pve: PveProcess | undefined;
  before(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    if (pve !== undefined && pve.child.exitCode === null && pve.child.signalCode === null)
      await pve.signalGroup('SIGTERM');
    pve = undefined;
  });

  const start = async () => (pve = await startPve({ PVE_DATA_DIR: folder, LOG_LEVEL: 'warn' }));
  const postmaster = async () =>
    Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  it('answers 202 with the request’s address first, then the valuation', async () => {
    const running = await start();
    const { url } = running;
    expect(running.output().match(/curl|npx pve value/g)).to.have.length(3);
    expect(running.output()).to.match(/npx pve value 강은호 --url http:\/\/localhost:\d+\n/);
    const first = await fetch(url + PATH);
    expect(first.status).to.equal(202);
    expect(first.headers.get('retry-after')).to.match(/^\d+$/);
    const accepted = await json<{ requestId: string; statusUrl: string; status: string; position: string }>(first);
    expect(accepted.statusUrl).to.equal(`/api/v4/requests/${accepted.requestId}`);
    expect(accepted.position).to.match(/^\d+$/);

    const answer = await fetch(`${url}${PATH}?wait=20`);
    expect(answer.status).to.equal(200);
    const body = await json<Expectation>(answer);
    expect(body.character.name).to.equal('강은호');
    expect(body.freshness).to.equal('fresh');
    expect(body.total.mean).to.be.greaterThan(1e9);
    expect(body.presets).to.have.length(3);
    const status = await until(
      () => fetch(url + accepted.statusUrl).then(json),
      ({ status }) => status !== 'pending',
    );
    expect(status).to.include({ requestId: accepted.requestId, status: 'valued', reason: null });
  });

  it('gives the same answer to every spelling of the name', async () => {
    const { url } = await start();
    const spellings = [PATH, PATH.toLowerCase(), PATH.replace(/%../g, (hex) => hex.toLowerCase())];
    spellings.push(`/api/v4/characters/${encodeURIComponent('강은호'.normalize('NFD'))}/expectation`);
    spellings.push(PATH.replace('/v4/', '/v3/'));
    const bodies = await Promise.all(spellings.map((path) => fetch(url + path).then((answer) => answer.text())));
    expect(new Set(bodies).size).to.equal(1);
    expect(JSON.parse(bodies[0] ?? '')).to.have.nested.property('character.name', '강은호');
  });

  it('finds its data again, and stops its children with itself on SIGTERM to the group', async () => {
    const running = await start();
    const { url } = running;
    const pid = await postmaster();
    expect((await fetch(url + PATH)).status).to.equal(200);
    expect(await running.signalGroup('SIGTERM')).to.equal(0);
    expect(lives(pid)).to.equal(false);
  });

  it('leaves no orphan when killed with SIGKILL, and starts again on its data', async () => {
    const killed = await start();
    const pid = await postmaster();
    await killed.killHard();
    await until(
      () => Promise.resolve(lives(pid)),
      (alive) => !alive,
    );
    const { url } = await start();
    expect((await fetch(url + PATH)).status).to.equal(200);
  });

  it('refuses a second instance on the same folder and names the first', async () => {
    const { child } = await start();
    const second = await runPve(['serve'], { PVE_DATA_DIR: folder, PORT: '0' });
    expect(second.code).to.equal(1);
    expect(second.stderr).to.match(new RegExp(`in use by the running process ${child.pid}`));
    expect(second.stderr.trim().split('\n')).to.have.length(1);
  });

  it('serves the commands of the operator while it runs', async () => {
    const { url } = await start();
    const variables = { PVE_DATA_DIR: folder };
    const table = await runPve(['value', '강은호', '--url', url], {});
    expect(table.stdout, table.stderr).to.match(/강은호 · 에반 285/);
    const token = (await runPve(['token', 'create', 'tester'], variables)).stdout.trim();
    const ask = (bearer: string) =>
      fetch(`${url}/api/v4/admin/projections`, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await ask(token)).status).to.equal(200);
    expect((await ask(token.slice(0, -1))).status).to.equal(401);
    expect((await ask(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).status).to.equal(401);
    expect((await runPve(['token', 'revoke', token], variables)).code).to.equal(0);
    expect((await ask(token)).status).to.equal(401);
    const rebuilt = await runPve(['projections', 'rebuild', 'expectation'], variables);
    expect(rebuilt.stdout, rebuilt.stderr).to.match(/^expectation: rebuilt from \d+ events/);
    expect((await fetch(url + PATH)).status).to.equal(200);
  });

  it('restores a backup into an empty folder and comes to the same answer', async () => {
    const running = await start();
    const original = await fetch(running.url + PATH).then((answer) => answer.text());
    const backup = join(await temporaryFolder(), 'backup');
    expect((await runPve(['backup', backup], { PVE_DATA_DIR: folder })).code).to.equal(0);
    const elsewhere = await temporaryFolder();
    const restored = await runPve(['restore', backup], { PVE_DATA_DIR: elsewhere });
    expect(restored.stdout, restored.stderr).to.match(/^\d+ events and 1 tokens restored/);
    const other = await startPve({ PVE_DATA_DIR: elsewhere, LOG_LEVEL: 'warn' });
    const again = await fetch(`${other.url}${PATH}?wait=20`).then((answer) => answer.text());
    await other.signalGroup('SIGTERM');
    expect(again).to.equal(original);
  });
});
