import { expect } from 'chai';
import { createInsistence } from '../../src/platform/stop-signals.ts';

describe('a signal to stop', () => {
  let at: number;
  let isInsisted: (signal: NodeJS.Signals) => boolean;
  beforeEach(() => {
    at = 1000;
    isInsisted = createInsistence(() => at);
    expect(isInsisted('SIGINT')).to.equal(false);
  });

  it('insists when it is another one, or comes later', () => {
    expect(isInsisted('SIGTERM')).to.equal(true);
    at = 1500;
    expect(isInsisted('SIGINT')).to.equal(true);
  });

  it('does not insist when it is the same key press again, which npm passes on after the terminal', () => {
    at = 1499;
    expect(isInsisted('SIGINT')).to.equal(false);
  });
});
