import { expect } from 'chai';
import { loadNames } from '../support/file-requests.ts';
import { until } from '../support/log-parts.ts';
import { replayStory, type ReplayStory } from '../support/replay-story.ts';

describe('a replay that is interrupted', function () {
  this.timeout(120_000);
  let story: ReplayStory;
  afterEach(() => story.stop());

  it('waits for what is under way, and stops at once the second time', async () => {
    story = await replayStory();
    const { standin } = story.application;
    await story.backlog(20, loadNames(5));
    await story.plan();
    const applying = story.startApply();
    await story.running();
    // The game API is back, but for what is under way, which takes its time.
    standin.resetStats();
    standin.set({ failure: 'hang', failingEndpoints: ['character/item-equipment'] });
    const calls = () => Promise.resolve(standin.stats().calls['character/item-equipment']);
    await until(calls, (made) => made > 0);
    const interrupt = async (answer: string): Promise<void> => {
      applying.child.kill('SIGINT');
      await until(
        () => Promise.resolve(applying.stderr()),
        (written) => written.includes(answer),
      );
    };
    await interrupt('interrupt again to stop at once');
    await interrupt('stopped at once: go on with "pve replay resume"');
    expect(await applying.exited).to.equal(6);
    expect(await story.status()).to.include({ status: 'interrupted', valued: 0 });

    standin.calm();
    const resumed = story.startResume();
    expect(await resumed.exited, resumed.stderr()).to.equal(0);
    expect((await story.certificate()).statement.sums).to.include({ expected: 20, missing: 0, duplicates: 0 });
  });
});
