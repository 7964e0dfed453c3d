import { expect } from 'chai';
import { loadNames } from '../support/file-requests.ts';
import { until } from '../support/log-parts.ts';
import { replayStory, type ReplayStory } from '../support/replay-story.ts';
import { testRedis } from '../support/services.ts';
import { skipLoudly } from '../support/shared-data.ts';

describe('pve replay where nobody takes its jobs', function () {
  this.timeout(120_000);
  let redis: string;
  let story: ReplayStory;
  before(async function () {
    story = await replayStory();
    redis = (await testRedis()) ?? skipLoudly(this, 'no Redis can be started here');
    await story.backlog(10, loadNames(5));
    await until(
      () => story.sql`select 1 from events where type = 'OutageStarted'`,
      (rows) => rows.length > 0,
    );
  });
  after(() => story.stop());

  it('says what may be wrong where the workers have another queue, and goes on waiting', async () => {
    await story.plan();
    // A database of its own: what nobody takes stays there.
    const applying = story.startApply({ REDIS_URL: `${redis}/9` });
    await story.running();
    story.application.standin.calm();
    await story.writes(applying, '"hint":"no job');
    const [last = ''] = applying.stdout().trimEnd().split('\n').slice(-1);
    const { hint } = JSON.parse(last) as { hint: string };
    expect(hint).to.match(
      /^no job of this run has been taken for 10 s: .* REDIS_URL\? Here it is 127\.0\.0\.1:\d+\/9\. /,
    );
    expect(applying.stderr()).to.equal(`pve: ${hint}\n`);
    expect(await story.status()).to.include({ status: 'running', handedOut: 5, valued: 0 });
    applying.child.kill('SIGKILL');
    await applying.exited;
    const resumed = story.startResume();
    expect(await resumed.exited, resumed.stderr()).to.equal(0);
    expect((await story.certificate()).statement.sums).to.include({ expected: 10, missing: 0, duplicates: 0 });
  });
});
