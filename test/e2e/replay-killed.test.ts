import { expect } from 'chai';
import { loadNames } from '../support/file-requests.ts';
import { startPve, type PveProcess } from '../support/pve-process.ts';
import { replayStory, type ReplayStory } from '../support/replay-story.ts';

/** A settlement of somebody who never asked. */
const ORPHAN = {
  ...{ characterKey: 'nobody', after: '0', through: '9', outcome: 'valued', reason: null, evidence: {} },
  state: { through: '9', parked: [], released: [] },
};

describe('a replay whose processes are killed', function () {
  this.timeout(180_000);
  let story: ReplayStory;
  const workers: PveProcess[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.killHard();
    await story.stop();
  });

  async function startWorker(): Promise<PveProcess> {
    const { upstreamUrl, standin } = story.application;
    const worker = await startPve({
      ...story.variables,
      ...{ ROLE: 'worker', LOG_LEVEL: 'silent', UPSTREAM_BREAKER: 'closed' },
      ...{ UPSTREAM_URL: upstreamUrl, NEXON_API_KEY: standin.apiKey },
      ...{ UPSTREAM_REQUESTS_PER_SECOND: '500', UPSTREAM_REQUESTS_PER_DAY: '1000000' },
    });
    workers.push(worker);
    return worker;
  }

  it('loses and doubles nothing, and goes on within 5 s', async () => {
    story = await replayStory({ ROLE: 'api,projector' });
    const first = await startWorker();
    const { standin } = story.application;
    await story.backlog(300, loadNames(40));
    await story.plan();
    const applying = story.startApply();
    await story.running();
    await startWorker();
    standin.set({ failure: null, latencyMs: 150 });
    await story.settledAtLeast(4);
    await first.killHard();
    const killed = performance.now();
    await story.settledAtLeast((await story.settlements()) + 1);
    expect(performance.now() - killed).to.be.lessThan(5000);
    applying.child.kill('SIGKILL');
    expect(await applying.exited).to.equal(null);
    expect((await story.status()).status).to.equal('interrupted');

    const resumed = story.startResume();
    expect(await resumed.exited, resumed.stderr()).to.equal(0);
    expect((await story.certificate()).statement.sums).to.include({
      ...{ expected: 300, valued: 300, ignored: 0, parked: 0 },
      ...{ missing: 0, duplicates: 0, orphans: 0 },
    });

    await story.sql`
      insert into events (stream, revision, id, type, schema_version, data, metadata)
      select 'valuation-nobody', 0, gen_random_uuid(), 'ValuationSettled', 2, ${JSON.stringify(ORPHAN)}, metadata
      from events limit 1`;
    const mismatch = await story.replay('reconcile', '--certificate', story.file('mismatch.json'));
    expect(mismatch).to.include({ code: 4, stderr: 'pve: mismatch: 0 missing, 0 duplicate, 1 orphan\n' });
    expect(await story.replay('verify', story.file('mismatch.json'))).to.include({ code: 4 });
  });
});
