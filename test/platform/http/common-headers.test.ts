import { expect } from 'chai';
import { correlationIdOf } from '../../../src/platform/http/common-headers.ts';

describe('correlation ids', () => {
  it('are all different, and well formed', () => {
    const made = Array.from({ length: 3500 }, () => correlationIdOf(undefined));
    expect(new Set(made).size).to.equal(made.length);
    for (const id of made) expect(correlationIdOf(id)).to.equal(id);
  });

  it('are the caller’s where they are well formed', () => {
    expect(correlationIdOf('mine')).to.equal('mine');
    expect(correlationIdOf('not ok!')).not.to.equal('not ok!');
  });
});
