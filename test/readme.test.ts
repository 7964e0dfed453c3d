import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { NUMBERED, withNumbers } from '../scripts/readme-numbers.ts';

describe('the README', () => {
  const readme = readFileSync('README.md', 'utf8');

  for (const file of NUMBERED)
    it(`and its like say the numbers that the evidence has, and no others: ${file}`, () => {
      const text = readFileSync(file, 'utf8');
      expect(withNumbers(file, text)).to.equal(text);
    });

  it('is at most 200 lines', () => {
    expect(readme.split('\n').length).to.be.lessThanOrEqual(200);
  });
});
