import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { startTimeLimit } from '../../src/platform/time-limit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a time limit', () => {
  it('is over in time beside another signal, whatever garbage is collected meanwhile', async () => {
    const { signal } = startTimeLimit(100, new AbortController().signal);
    const over = once(signal, 'abort');
    // The limit is made in one turn of the event loop and dropped in another.
    await new Promise(setImmediate);
    collectGarbage();
    await over;
  });

  it('is over when the other signal aborts', () => {
    const other = new AbortController();
    const { signal, end } = startTimeLimit(60_000, other.signal);
    expect(signal.aborted).to.equal(false);
    other.abort();
    expect(signal.aborted).to.equal(true);
    end();
  });
});
