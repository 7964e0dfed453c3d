import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Certificate } from '../../src/commands/replay/certificate.ts';
import { writePlanFile, type PlanFile } from '../../src/commands/replay/plan-file.ts';
import { json } from '../support/application.ts';
import { fileRequests, loadNames } from '../support/file-requests.ts';
import { until } from '../support/log-parts.ts';
import { openQueue } from '../../src/platform/queue.ts';
import { runPve } from '../support/pve-process.ts';
import { silent } from '../support/silent-log.ts';
import { replayStory, type ReplayStory } from '../support/replay-story.ts';

/** Of the stand-in: nobody has this name; this one's payload cannot be calculated with. */
const UNKNOWN = '없는이름';
const BROKEN = '잠자는숲';

describe('pve replay', function () {
  this.timeout(300_000);
  let story: ReplayStory;
  afterEach(() => story.stop());

  /** A backlog of an outage that the system has noticed. */
  async function outage(requests: number, names: readonly string[]): Promise<string[]> {
    story = await replayStory();
    const ids = await story.backlog(requests, names);
    await until(
      () => story.sql`select 1 from events where type = 'OutageStarted'`,
      (rows) => rows.length > 0,
    );
    return ids;
  }

  it('plans, applies during an outage, and proves afterwards what became of every request', async () => {
    const ids = await outage(300, [...loadNames(38), UNKNOWN, BROKEN]);
    const { application } = story;
    const before = await story.head();
    const planned = await story.plan('--json');
    expect(planned.code).to.equal(0);
    expect(await story.head()).to.equal(before);
    const made = JSON.parse(planned.stdout) as PlanFile;
    expect(made.plan).to.include({ characters: 40, upstreamCalls: 120, estimatedSeconds: 1 });
    expect(made.plan.hours.reduce((sum, { characters }) => sum + characters, 0)).to.equal(40);

    const applying = story.startApply();
    await story.running();
    const second = await story.apply();
    expect(second).to.include({ code: 75, stdout: '', stderr: 'pve: another process coordinates a replay\n' });
    expect(await story.replay('resume')).to.include({ code: 75, stdout: '', stderr: second.stderr });
    // Live traffic goes its own way: a new character, and a newer request of one that is being replayed.
    const [live = ''] = await fileRequests(application.databaseUrl, 1, ['load-02000']);
    await fileRequests(application.databaseUrl, 1, ['load-01000']);
    application.standin.calm();
    expect(await applying.exited, applying.stderr()).to.equal(0);
    const { statement } = await story.certificate();
    expect(statement.sums).to.include({ expected: 300, missing: 0, duplicates: 0, orphans: 0 });
    expect([statement.sums.ignored, statement.sums.parked]).to.deep.equal([7, 7]);
    expect(statement.sums.digest).to.equal(await story.digestOf(ids));
    expect(statement.planHash).to.equal(made.hash);
    expect(applying.stdout()).to.include('expected          300');
    await until(
      async () => (await application.fetch(`/api/v4/requests/${live}`)).text(),
      (body) => body.includes('"valued"'),
    );

    expect(await story.replay('verify', story.certificateFile)).to.include({ code: 0 });
    const again = await story.replay('reconcile', '--certificate', story.file('again.json'), '--json');
    expect(again.code).to.equal(0);
    expect((JSON.parse(again.stdout) as Certificate['statement']).sums).to.deep.equal(statement.sums);
    expect(await story.apply()).to.include({ code: 3 });
  });

  it('refuses what cannot be, with its exit code, in one line, and changes nothing', async () => {
    await outage(20, loadNames(5));
    const { planFile, file } = story;
    await story.plan();
    const text = await readFile(planFile, 'utf8');
    const written = async (name: string, content: string) => {
      await writeFile(file(name), content);
      return file(name);
    };
    const forged = await written('forged', text.replace('"characters": 5', '"characters": 4'));
    const cut = await written('cut', text.slice(0, -20));
    const { plan } = JSON.parse(text) as PlanFile;
    const foreign = await written('foreign', writePlanFile({ ...plan, storeId: randomUUID() }));
    const noCertificate = await written('other', '{"statement":{}}');
    const before = await story.head();
    const refusals: [args: string[], code: number, line: string][] = [
      [['frobnicate'], 2, 'no verb frobnicate'],
      [['plan', '--nonsense'], 2, 'unknown option'],
      [['plan', '--since', 'yesterday'], 2, '--since'],
      [['plan', '--since', '5'], 2, '--since'],
      [['plan', '--reason', 'weather'], 2, 'no reason weather'],
      [['plan', '--character', 'x'.repeat(50)], 2, '--character'],
      [['plan', '--out', planFile, '--until', '2020-01-01T00:00:00Z'], 2, 'nothing is pending'],
      [['plan', '--out', planFile, '--character', 'load-09999'], 2, 'nothing is pending'],
      [['plan', '--out', planFile, '--reason', 'operator'], 2, 'nothing is pending'],
      [['apply', file('none')], 2, 'cannot read'],
      [['apply', forged], 2, 'is not a plan'],
      [['apply', cut], 2, 'is not a plan'],
      [['apply', foreign], 3, 'made for another log'],
      [['apply'], 2, 'missing required argument'],
      [['apply', planFile, '--certificate', file('none/at/all')], 2, 'cannot write'],
      [['apply', planFile, '--certificate', file('.')], 2, 'cannot write'],
      [['apply', planFile, '--poison-budget', '0'], 2, 'whole number'],
      [['resume'], 2, 'no replay to resume'],
      [['pause'], 2, 'no replay'],
      [['cancel'], 2, 'no replay'],
      [['reconcile', randomUUID()], 2, 'no replay'],
      [['verify', file('none')], 2, 'cannot read'],
      [['verify', noCertificate], 4, 'not a replay certificate'],
    ];
    for (const [args, code, line] of refusals) {
      const refused = await story.replay(...args);
      expect(refused, args.join(' ')).to.include({ code, stdout: '' });
      expect(refused.stderr, args.join(' ')).to.include(line);
      expect(refused.stderr.trimEnd().split('\n'), args.join(' ')).to.have.length(1);
    }
    expect(await story.head()).to.equal(before);
    // The backlog that was planned for is worked off by itself.
    story.application.standin.calm();
    await until(story.pending, (rows) => rows === 0);
    const drifted = await story.apply();
    expect(drifted).to.include({ code: 3, stdout: '' });
    expect(drifted.stderr).to.include('5 characters were planned, 0 are pending now');
    expect(await story.sql`select 1 from events where type like 'Replay%'`).to.have.length(0);
  });

  it('stops when too many are parked, when it is interrupted, and when it is paused; and goes on each time', async () => {
    await outage(360, loadNames(120));
    // The newest comes first: two minutes for the others leave time to be parked, on a busy machine too.
    await story.backlog(3, [BROKEN]);
    const { standin } = story.application;
    await story.plan();
    const slow = { REPLAY_REQUESTS_PER_SECOND: '1' };
    const poisoned = story.startApply(slow, '--poison-budget', '1');
    await story.writes(poisoned, '"running"');
    standin.calm();
    expect(await poisoned.exited, poisoned.stdout() + poisoned.stderr()).to.equal(5);
    expect(poisoned.stderr()).to.include('1 characters parked, 1 allowed');
    const { status, handedOut } = await story.status();
    expect(status).to.equal('paused');
    // Nor does what was queued before the run go on without it.
    const queue = openQueue({ databaseUrl: story.application.databaseUrl }, silent);
    await until(
      () => queue.waiting(),
      (jobs) => jobs === 0,
    );
    await queue.close();
    expect(await story.pending())
      .to.be.at.least(121 - handedOut)
      .and.greaterThan(0);

    // What is under way must not be all that is left.
    standin.set({ latencyMs: 300 });
    const resumed = story.startResume(slow, '--poison-budget', '9', '--no-input');
    await story.writes(resumed, '"running"');
    resumed.child.kill('SIGINT');
    expect(await resumed.exited, resumed.stderr()).to.equal(6);
    expect(resumed.stderr()).to.include('go on with "pve replay resume"');
    expect(await story.pending()).to.be.greaterThan(0);

    // It cannot end while the upstream is out.
    standin.set({ failure: 'OPENAPI00010' });
    const third = story.startResume();
    await story.writes(third, '"running"');
    const pausing = await story.replay('pause', '--json');
    expect(JSON.parse(pausing.stdout)).to.include({ status: 'paused' });
    expect(await story.replay('pause')).to.include({ code: 2 });
    expect((await story.status()).status).to.equal('paused');
    const watching = story.startResume();
    await story.writes(watching, 'running');
    standin.calm();
    expect(await third.exited, third.stderr()).to.equal(0);
    expect(await watching.exited, watching.stderr()).to.equal(0);
    const { sums } = (await story.certificate()).statement;
    expect(sums).to.include({ expected: 363, parked: 3, missing: 0, duplicates: 0 });
  });

  it('does what operators tell it over HTTP, and is given up', async () => {
    await outage(30, loadNames(10));
    const { application } = story;
    await story.plan();
    const applying = story.startApply();
    await story.running();
    const { stdout } = await runPve(['token', 'create', 'night shift'], story.variables);
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    const ask = (path = '', method = 'GET') => application.fetch(`/api/v4/admin/replays${path}`, { method, headers });
    const { replays } = await json<{ replays: { id: string }[] }>(await ask());
    expect(replays).to.have.length(1);
    const id = replays[0]?.id ?? '';
    expect(await json(await ask('?limit=1'))).to.include({ next: null });
    const becomes = (status: string) =>
      until(
        async () => json<{ status: string; coordinated: boolean }>(await ask(`/${id}`)),
        (run) => run.status === status,
      );
    expect(await becomes('running')).to.include({ coordinated: true, characters: 10 });
    expect((await application.fetch('/api/v4/admin/replays')).status).to.equal(401);
    expect((await ask(`/${id}/resume`, 'POST')).status).to.equal(409);
    expect((await ask(`/${id}/pause`, 'POST')).status).to.equal(202);
    await becomes('paused');
    expect((await ask(`/${id}/resume`, 'POST')).status).to.equal(202);
    await becomes('running');
    expect((await ask(`/${id}/pause`)).status).to.equal(405);
    expect((await ask('/x/pause', 'POST')).status).to.equal(400);
    expect((await ask(`/${randomUUID()}/pause`, 'POST')).status).to.equal(404);

    applying.child.kill('SIGKILL');
    await applying.exited;
    await until(
      async () => json<{ coordinated: boolean }>(await ask(`/${id}`)),
      (run) => !run.coordinated,
    );
    expect((await ask(`/${id}/pause`, 'POST')).status).to.equal(202);
    await becomes('paused');
    const refused = await ask(`/${id}/resume`, 'POST');
    expect([refused.status, await refused.text()].join())
      .to.include('409')
      .and.to.include('pve replay resume');
    const resumed = story.startResume();
    await becomes('running');
    expect((await ask(`/${id}/cancel`, 'POST')).status).to.equal(202);
    expect(await resumed.exited, resumed.stderr()).to.equal(6);
    expect(resumed.stderr()).to.include('was cancelled');
    // The rest is worked off as usual.
    application.standin.calm();
    await until(story.pending, (rows) => rows === 0);
  });
});
