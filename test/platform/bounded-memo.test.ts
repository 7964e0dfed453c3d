import { expect } from 'chai';
import { boundedMemo } from '../../src/platform/bounded-memo.ts';

describe('boundedMemo', () => {
  it('computes once per key and forgets what was used longest ago', () => {
    const memo = boundedMemo(2);
    const computed: string[] = [];
    const ask = (key: string) => memo(key, () => ({ number: computed.push(key) })).number;
    const numbers = ['a', 'b', 'a', 'c', 'a', 'b'].map(ask);
    expect(computed).to.deep.equal(['a', 'b', 'c', 'b']);
    expect(numbers).to.deep.equal([1, 2, 1, 3, 1, 4]);
  });

  it('lets results of one character push out none of many', () => {
    const memo = boundedMemo(2);
    const computed: string[] = [];
    const ask = (key: string, of: 'many' | 'one') => memo(key, () => ({ number: computed.push(key) }), of);
    ask('item', 'many');
    for (const preset of ['p', 'q', 'r']) ask(preset, 'one');
    ask('item', 'many');
    ask('r', 'one');
    ask('p', 'one');
    expect(computed).to.deep.equal(['item', 'p', 'q', 'r', 'p']);
  });
});
