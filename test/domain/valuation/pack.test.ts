import { expect } from 'chai';
import fc from 'fast-check';
import { pack, unpack } from '../../../src/domain/valuation/pack.ts';
import type { PackedDocument } from '../../../src/domain/valuation/pack.ts';

describe('packed JSON', () => {
  it('states each list of keys once, and each part', () => {
    const points = [
      { x: 1, y: [2] },
      { x: 3, y: [] },
      { x: 1, y: [2] },
    ];
    expect(pack(points)).to.deep.equal({
      shapes: [['x', 'y']],
      value: [-1, [0, 1, [-1, 2]], [0, 3, [-1]], [-2, 1]],
    });
  });

  it('gives back what was packed, through JSON text, keys in order', () => {
    const repetitive = fc.jsonValue({ maxDepth: 3 }).map((value) => [value, { value, again: [value] }, value]);
    fc.assert(
      fc.property(repetitive, (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const copy = JSON.parse(JSON.stringify(pack(plain))) as PackedDocument;
        expect(JSON.stringify(unpack(copy))).to.equal(JSON.stringify(plain));
      }),
    );
  });

  it('refuses a document of no known shape', () => {
    expect(() => unpack({ shapes: [], value: [0, 1] })).to.throw('no shape 0');
    expect(() => unpack({ shapes: [['a']], value: [0] })).to.throw('no shape 0');
    expect(() => unpack({ shapes: [], value: [-1, [-2, 0]] })).to.throw('nothing was packed as 0');
  });
});
