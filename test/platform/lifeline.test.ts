import { expect } from 'chai';
import { Lifeline } from '../../src/platform/lifeline.ts';

describe('the lifeline of a process', () => {
  let lifeline: Lifeline;
  let ended: string[];
  beforeEach(() => {
    lifeline = new Lifeline();
    ended = [];
  });

  const KINDS = [
    'readiness',
    'requests',
    'jobs',
    'followers',
    'queue',
    'redis',
    'event store',
    'database',
    'services',
  ] as const;
  const record = (name: string): void => void ended.push(name);

  it('ends in the order of the kinds, in whatever order they began', async () => {
    const shuffled = [...KINDS].sort((a, b) => a.length - b.length);
    for (const kind of shuffled) lifeline.add(kind, kind, record);
    await lifeline.end();
    expect(ended).to.deep.equal(KINDS);
  });

  it('ends the latest of one kind first, once, and says that it is ending', async () => {
    for (const name of ['client', 'threads', 'worker']) lifeline.add('jobs', name, record);
    expect(lifeline.ending).to.equal(false);
    await Promise.all([lifeline.end(), lifeline.end()]);
    expect(lifeline.ending).to.equal(true);
    expect(ended).to.deep.equal(['worker', 'threads', 'client']);
  });

  it('ends the rest when one fails to end, and tells the failure', async () => {
    lifeline.add('database', 'database', record);
    lifeline.add('queue', 'queue', () => Promise.reject(new Error('stuck')));
    const failure = await lifeline.end().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AggregateError);
    expect((failure as AggregateError).errors.map(String)).to.deep.equal(['Error: stuck']);
    expect(ended).to.deep.equal(['database']);
  });

  it('tells what is left, beginning with what is ending', async () => {
    let release = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    lifeline.add('database', 'database', record);
    lifeline.add('jobs', 'worker', () => stuck);
    lifeline.add('requests', 'server', record);
    const end = lifeline.end();
    await Promise.resolve();
    await new Promise(setImmediate);
    expect(lifeline.left()).to.deep.equal(['jobs', 'database']);
    release();
    await end;
    expect(lifeline.left()).to.deep.equal([]);
  });
});
