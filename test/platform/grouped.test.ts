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

  it('lets those of one turn share a round trip, and those that come meanwhile the next', async () => {
    const { ask, groups, begun, release } = open({ largest: 3, atOnce: 1 });
    const answers = [1, 2].map(ask);
    await begun(1);
    answers.push(...[3, 4, 5, 6].map(ask));
    release();
    expect(await Promise.all(answers.slice(0, 2))).to.deep.equal([2, 4]);
    await begun(2);
    release();
    await begun(3);
    release();
    expect(await Promise.all(answers.slice(2))).to.deep.equal([6, 8, 10, 12]);
    expect(groups).to.deep.equal([[1, 2], [3, 4, 5], [6]]);
  });

  it('has as many round trips under way as it may, and no more', async () => {
    const { ask, groups, begun } = open({ largest: 2, atOnce: 2 });
    for (const number of [1, 2, 3, 4, 5]) void ask(number);
    await begun(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
  });

  it('fails one that has an error for its answer, and a whole group with its round trip; the next goes on', async () => {
    const { ask, begun, release } = open({ largest: 3, atOnce: 1 });
    const answers = [1, -2, 3].map((number) => outcome(ask(number)));
    await begun(1);
    release();
    expect(await answers[1]).to.have.property('message', 'no -2');
    expect(await answers[2]).to.equal(6);
    const broken = new Error('broken');
    const failing = open({ largest: 2, atOnce: 1 }, broken);
    const lost = [1, 2, 3].map((number) => outcome(failing.ask(number)));
    await failing.begun(1);
    failing.release();
    expect(await lost[0]).to.equal(broken);
    await failing.begun(2);
    failing.release();
    expect(await Promise.all(lost.slice(1))).to.deep.equal([broken, broken]);
  });
});
