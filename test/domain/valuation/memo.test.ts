import { expect } from 'chai';
import { boundedMemo, noMemo } from '../../../src/domain/valuation/memo.ts';

describe('memo', () => {
  it('computes once per key and forgets what was used longest ago', () => {
    const memo = boundedMemo(2);
    const computed: string[] = [];
    const ask = (key: string) => memo(key, () => computed.push(key));
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) ask(key);
    expect(computed).to.deep.equal(['a', 'b', 'c', 'b']);
  });

  it('remembers undefined too, and the default remembers nothing', () => {
    let count = 0;
    const memo = boundedMemo(1);
    for (let round = 0; round < 3; round++)
      memo('k', () => {
        count++;
      });
    expect(count).to.equal(1);
    for (let round = 0; round < 3; round++)
      noMemo('k', () => {
        count++;
      });
    expect(count).to.equal(4);
  });
});
