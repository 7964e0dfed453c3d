import { expect } from 'chai';
import { createGrouped } from '../../src/platform/grouped.ts';
import { until } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';

describe('questions in groups', () => {
  /** Answers twice the number; each round trip waits for its `release`. */
  const open = (limits: { largest: number; atOnce: number }, fail?: Error) => {
    const groups: number[][] = [];
    const releases: (() => void)[] = [];
    const ask = createGrouped<number, number>(async (group) => {
      groups.push([...group]);
      await new Promise<void>((resolve) => releases.push(resolve));
      if (fail !== undefined) throw fail;
      return group.map((number) => (number < 0 ? new Error(`no ${number}`) : 2 * number));
    }, limits);
    const begun = (count: number) =>
      until(
        () => Promise.resolve(releases.length > 0 && groups.length),
        (now) => now === count,
      );
    return { ask, groups, begun, release: () => releases.shift()?.() };
  };

  it('lets a lone one go at once, and those that come meanwhile share the next round trip', async () => {
    const { ask, groups, begun, release } = open({ largest: 3, atOnce: 1 });
    const answers = [1, 2, 3, 4, 5].map(ask);
    expect(groups).to.deep.equal([[1]]);
    release();
    expect(await answers[0]).to.equal(2);
    await begun(2);
    expect(groups[1]).to.deep.equal([2, 3, 4]);
    release();
    expect(await Promise.all(answers.slice(1, 4))).to.deep.equal([4, 6, 8]);
    await begun(3);
    release();
    expect(await answers[4]).to.equal(10);
  });

  it('has as many round trips under way as it may, and no more', () => {
    const { ask, groups } = open({ largest: 3, atOnce: 2 });
    for (const number of [1, 2, 3]) void ask(number);
    expect(groups).to.deep.equal([[1], [2]]);
  });

  it('fails one that has an error for its answer, and a whole group with its round trip; the next goes on', async () => {
    const { ask, begun, release } = open({ largest: 3, atOnce: 1 });
    const answers = [1, -2, 3].map((number) => outcome(ask(number)));
    release();
    await begun(2);
    release();
    expect(await answers[1]).to.have.property('message', 'no -2');
    expect(await answers[2]).to.equal(6);
    const broken = new Error('broken');
    const failing = open({ largest: 2, atOnce: 1 }, broken);
    const lost = [1, 2, 3].map((number) => outcome(failing.ask(number)));
    failing.release();
    expect(await lost[0]).to.equal(broken);
    await failing.begun(2);
    failing.release();
    expect(await Promise.all(lost.slice(1))).to.deep.equal([broken, broken]);
  });
});
