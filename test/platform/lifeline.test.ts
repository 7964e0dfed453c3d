import { expect } from 'chai';
import { Lifeline } from '../../src/platform/lifeline.ts';

describe('the lifeline of a process', () => {
  it('ends what was started in reverse, once, and says that it is ending', async () => {
    const lifeline = new Lifeline();
    const ended: string[] = [];
    for (const name of ['database', 'queue', 'http']) lifeline.add(name, (it) => void ended.push(it));
    expect(lifeline.ending).to.equal(false);
    await Promise.all([lifeline.end(), lifeline.end()]);
    expect(lifeline.ending).to.equal(true);
    expect(ended).to.deep.equal(['http', 'queue', 'database']);
  });

  it('ends the rest when one fails to end, and tells the failure', async () => {
    const lifeline = new Lifeline();
    const ended: string[] = [];
    lifeline.add('database', (it) => void ended.push(it));
    lifeline.add('queue', () => Promise.reject(new Error('stuck')));
    const failure = await lifeline.end().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AggregateError);
    expect((failure as AggregateError).errors.map(String)).to.deep.equal(['Error: stuck']);
    expect(ended).to.deep.equal(['database']);
  });
});
