import { expect } from 'chai';
import fc from 'fast-check';
import { characterKey, parseCharacterName } from '../../../src/domain/character/name.ts';
import { ProblemError } from '../../../src/domain/errors.ts';

describe('a character name', () => {
  it('has one key for every spelling', () => {
    const spellings = ['강은호', '강은호'.normalize('NFD'), ' 강은호 '];
    expect(new Set(spellings.map(characterKey))).to.deep.equal(new Set(['강은호']));
    expect(characterKey('MapleHero')).to.equal('maplehero');
  });

  it('keeps its case and becomes NFC', () => {
    expect(parseCharacterName(' 강은호A '.normalize('NFD'))).to.equal('강은호A');
  });

  it('is counted in code points after NFC, not in UTF-16 units or jamo', () => {
    expect(parseCharacterName('𠮷'.repeat(12))).to.equal('𠮷'.repeat(12));
    const twelve = '가나다라마바사아자차카타';
    expect(parseCharacterName(twelve.normalize('NFD'))).to.equal(twelve);
  });

  const refused: [string, string][] = [
    ['nothing', ''],
    ['spaces only', '   '],
    ['13 code points', '가'.repeat(13)],
    ['a space inside', '강 은호'],
    ['an ideographic space inside', '강\u3000은호'],
    ['a control character', '강은호\u0000'],
    ['a trailing line feed', '강은호\n'],
    ['a right-to-left override', '강\u202e은호'],
    ['a zero-width space', '강\u200b은호'],
    ['a zero-width joiner', '강\u200d은호'],
    ['a byte order mark', '\ufeff강은호'],
    ['a Hangul filler', '\u3164'],
    ['a lone surrogate', '강\ud800'],
  ];
  for (const [what, name] of refused) {
    it(`is refused when it has ${what}`, () => {
      expect(() => parseCharacterName(name))
        .to.throw(ProblemError)
        .that.includes({ code: 'invalid-input', field: 'characterName' });
    });
  }

  it('once accepted, is accepted again unchanged, and so is its key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 8 }), (raw) => {
        let name: string;
        // Most random texts are refused, which is right; the property is about the others.
        try {
          name = parseCharacterName(raw);
        } catch (error) {
          return error instanceof ProblemError;
        }
        return parseCharacterName(name) === name && characterKey(characterKey(name)) === characterKey(name);
      }),
      { numRuns: 2000 },
    );
  });
});
