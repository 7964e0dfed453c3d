import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withNumbers } from '../scripts/readme-numbers.ts';

describe('the README', () => {
  const readme = readFileSync('README.md', 'utf8');

  it('says the numbers that the evidence has, and no others', () => {
    expect(withNumbers(readme)).to.equal(readme);
  });

  it('is at most 200 lines', () => {
    expect(readme.split('\n').length).to.be.lessThanOrEqual(200);
  });
});
