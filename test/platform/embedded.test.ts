import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openClient } from '../../src/platform/database-client.ts';
import { ConfigError } from '../../src/platform/config.ts';
import { findBinaries } from '../../src/platform/embedded/binaries.ts';
import { prepareDataFolder } from '../../src/platform/embedded/data-folder.ts';
import { freePort } from '../../src/platform/embedded/free-port.ts';
import { FolderInUseError } from '../../src/platform/embedded/instance-lock.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import type { EmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { processIdentity } from '../../src/platform/embedded/process-identity.ts';
import { launchServer, serverUrl } from '../../src/platform/embedded/running-server.ts';
import { findRunAs, OTHER_USER } from '../../src/platform/embedded/unprivileged.ts';
import { outcome } from '../support/outcome.ts';
import { temporaryFolder } from '../support/services.ts';
import { skipLoudly } from '../support/shared-data.ts';
import { silent } from '../support/silent-log.ts';

const HOST = fileURLToPath(new URL('../support/embedded-host.ts', import.meta.url));
const NOBODY = 65_534;

/** Runs `work` with the server of `url`. */
async function ask(url: string, statement: string): Promise<readonly object[]> {
  const sql = openClient(url, { max: 1 });
  return sql.unsafe(statement).finally(() => sql.end());
}

/** Resolves when no process with this identity runs any more; mocha's timeout is the deadline. */
async function gone(pid: number, identity: string | undefined): Promise<void> {
  while ((await processIdentity(pid)) === identity) await new Promise(setImmediate);
}

interface Host {
  readonly process: ChildProcess;
  readonly said: { url: string; pid: number; uid: number; refused?: string };
}

/** The embedded PostgreSQL in a process of its own, in a process group of its own. */
async function host(dataDir: string, prefix: readonly string[] = []): Promise<Host> {
  const [command, ...args] = [...prefix, process.execPath, '--import', 'tsx', HOST, dataDir];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { process: child, said: JSON.parse(line) as Host['said'] };
}

describe('the embedded PostgreSQL', function () {
  // A first start writes and syncs a thousand files: on a busy disk that takes its time.
  this.timeout(60_000);
  let dataDir: string;
  let pgdata: string;
  let running: EmbeddedPostgres | undefined;

  const start = async (): Promise<EmbeddedPostgres> =>
    (running = await startEmbeddedPostgres({ dataDir, log: silent }));

  before(async () => {
    // A folder that does not exist yet, below one of mode 0700, with a name that is anything but plain.
    dataDir = join(await temporaryFolder(), "a player's 집", '.pve');
    pgdata = join(dataDir, 'postgres');
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  it('starts in an empty folder, and finds its data again', async () => {
    const first = await start();
    await ask(first.url, `create table kept as select 'here' as it`);
    await first.stop();
    const second = await start();
    expect([...(await ask(second.url, 'select it from kept'))]).to.deep.equal([{ it: 'here' }]);
  });

  it('listens on loopback only, speaks UTF-8 in C order, keeps fsync, and guards its password', async () => {
    const { url } = await start();
    const [row] = await ask(
      url,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
              current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
              datcollate, datlocprovider, datlocale from pg_database where datname = current_database()`,
    );
    expect(row).to.deep.equal({
      ...{ addresses: '127.0.0.1', sockets: '', encoding: 'UTF8', fsync: 'on' },
      ...{ datcollate: 'C', datlocprovider: 'b', datlocale: 'C.UTF-8' },
    });
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).to.equal(0o600);
    const guess = new URL(url);
    guess.password = 'guess';
    expect(await outcome(ask(guess.href, 'select 1'))).to.have.property('code', '28P01');
  });

  it('refuses a second instance on its folder and names the pid of the first', async () => {
    await start();
    const second = await outcome(startEmbeddedPostgres({ dataDir, log: silent }));
    expect(second).to.be.instanceOf(FolderInUseError).with.property('pid', process.pid);
    const elsewhere = await host(dataDir);
    expect(elsewhere.said.refused).to.include(`is in use by the running process ${process.pid}`);
  });

  it('takes the folder over from an instance that is dead, its pid given to another process or not', async () => {
    const self = (await processIdentity(process.pid)) ?? '';
    const [pid = '', startedAt = '', boot = ''] = self.split(' ');
    for (const holder of [`${pid} ${Number(startedAt) - 1} ${boot}`, `999999999 1 ${boot}`]) {
      await writeFile(join(dataDir, 'instance.lock'), holder);
      await (await start()).stop();
    }
  });

  it('stops by itself when its process is killed, and its data is there for the next', async () => {
    const { process: parent, said } = await host(dataDir);
    const identity = await processIdentity(said.pid);
    expect(identity).to.be.a('string');
    await ask(said.url, `create table acknowledged as select 1 as it`);
    process.kill(parent.pid!, 'SIGKILL');
    await gone(said.pid, identity);
    expect([...(await ask((await start()).url, 'select it from acknowledged'))]).to.deep.equal([{ it: 1 }]);
  });

  it('is not reached by the signals that a terminal sends to our process group', async () => {
    const { process: parent, said } = await host(dataDir);
    process.kill(-parent.pid!, 'SIGINT');
    expect([...(await ask(said.url, 'select 1 as it'))]).to.deep.equal([{ it: 1 }]);
    const identity = await processIdentity(said.pid);
    process.kill(parent.pid!, 'SIGKILL');
    await gone(said.pid, identity);
  });

  it('is refused in a folder that cannot be used, for the reason that the system gives', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'locked', 'instance.lock'), { recursive: true });
    const unusable: Record<string, string> = {
      [join(folder, 'file')]: 'EEXIST: ',
      [join(folder, 'file', 'below', 'it')]: 'ENOTDIR: ',
      [join(folder, 'locked')]: 'EISDIR: ',
      ...(process.platform === 'linux' ? { '/proc/pve/data': 'ENOENT: ' } : {}),
    };
    for (const [path, reason] of Object.entries(unusable)) {
      const refused = await outcome(startEmbeddedPostgres({ dataDir: path, log: silent }));
      expect(refused, path).to.be.instanceOf(ConfigError);
      expect(String(refused)).to.include(`PVE_DATA_DIR cannot be used: ${reason}`);
    }
  });

  it('is refused in a folder that is read-only', async () => {
    const [folder, own] = [await temporaryFolder(), await temporaryFolder()];
    await chmod(folder, 0o555);
    // Root may write anywhere.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(own, NOBODY, NOBODY);
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'env', `TMPDIR=${own}`];
    const { said } = await host(folder, isRoot ? asNobody : []);
    expect(said.refused).to.include('PVE_DATA_DIR cannot be used: EACCES: ');
  });

  it('runs as an ordinary user', async function () {
    if (process.getuid?.() !== 0) skipLoudly(this, 'only root can become another user');
    const folder = await temporaryFolder();
    await chown(folder, NOBODY, NOBODY);
    const { process: parent, said } = await host(folder, [
      ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
      ...['env', `TMPDIR=${folder}`],
    ]);
    expect(said).to.include({ uid: NOBODY });
    expect((await stat(`/proc/${said.pid}`)).uid).to.equal(NOBODY);
    const identity = await processIdentity(said.pid);
    process.kill(parent.pid!, 'SIGKILL');
    await gone(said.pid, identity);
  });

  it('runs as root where user namespaces are forbidden, by changing the user for good', async function () {
    if (process.getuid?.() !== 0) skipLoudly(this, 'only root can become another user');
    const parent = await temporaryFolder();
    await chmod(parent, 0o711);
    const folder = join(parent, 'data');
    await mkdir(folder, { mode: 0o700 });
    const binaries = await findBinaries();
    const options = { binaries, runAs: OTHER_USER, port: await freePort(), settings: { fsync: 'off' } };
    const server = await launchServer(await prepareDataFolder(folder, binaries, OTHER_USER), options);
    expect((await stat(`/proc/${server.pid}`)).uid).to.equal(OTHER_USER.owner);
    await server.stop(5000);
    // The next start may go the first way again: the files change hands.
    await (await startEmbeddedPostgres({ dataDir: folder, log: silent })).stop();
  });

  it('adopts a server that was left over and answers, and does not let it outlive us', async () => {
    const binaries = await findBinaries();
    const runAs = await findRunAs(binaries.postgres);
    const folder = await prepareDataFolder(dataDir, binaries, runAs);
    const left = await launchServer(folder, { binaries, runAs, port: await freePort(), settings: {} });
    const { process: adopter, said } = await host(dataDir);
    expect(said).to.include({ pid: left.pid, url: serverUrl(left.port, folder.password) });
    process.kill(adopter.pid!, 'SIGKILL');
    expect(await left.ended).to.equal('exit code 0');
  });

  for (const [what, content] of [
    ['of a process that is gone', () => `999999999\n${pgdata}\n1\n1\n\n127.0.0.1\n0 0\nready\n`],
    ['whose pid another process has got', () => `${process.pid}\n${pgdata}\n1\n1\n\n127.0.0.1\n0 0\nready\n`],
    ['that was cut off', () => ''],
  ] as const) {
    it(`removes a left-over postmaster.pid ${what}`, async () => {
      await writeFile(join(pgdata, 'postmaster.pid'), content());
      const { pid } = await start();
      expect(await readFile(join(pgdata, 'postmaster.pid'), 'utf8')).to.match(new RegExp(`^${pid()}\n`));
    });
  }

  it('does not touch the data of another major version and says how to carry it over', async () => {
    const file = join(pgdata, 'PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '17\n');
    const refused = await outcome(start());
    await writeFile(file, version);
    expect(String(refused)).to.match(/PostgreSQL 17, this is PostgreSQL 18: .*pve events export.*pve events import/);
    await start();
  });

  it('comes back by itself, at the same address, when it dies', async () => {
    const server = await start();
    const pid = server.pid();
    process.kill(pid, 'SIGKILL');
    while (server.pid() === pid) await new Promise(setImmediate);
    expect([...(await ask(server.url, 'select 1 as it'))]).to.deep.equal([{ it: 1 }]);
  });

  it('is stopped for good also while it is being restarted', async () => {
    const server = await start();
    const pid = server.pid();
    const identity = await processIdentity(pid);
    process.kill(pid, 'SIGKILL');
    await gone(pid, identity);
    await server.stop();
    expect(await outcome(ask(server.url, 'select 1'))).to.have.property('code', 'ECONNREFUSED');
  });

  it('says why it cannot start', async () => {
    const refused = await outcome(startEmbeddedPostgres({ dataDir, log: silent, settings: { no_such_thing: '1' } }));
    expect(String(refused)).to.match(/did not start \(exit code 1\): .*unrecognized configuration parameter/);
    await start();
  });
});
