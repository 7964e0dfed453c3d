import { expect } from 'chai';
import { kindOf } from '../../../src/platform/http/question.ts';

describe('the kind of a request', () => {
  const character = '/api/v4/characters/a';
  const kinds = {
    lookUps: [
      '/expectation',
      '/expectation/',
      '/Expectation?',
      '/expectation?wait=30',
      '/expectation?at=2026-01-01T00:00:00Z&wait=1',
    ],
    calculations: [
      '/expectation?event=shining',
      '/expectation?wait=3&preset=2',
      '/expectation/?sparePrice=1',
      '/plan',
      '/PLAN/?at=1',
      '/distribution?budget=1',
    ],
    reads: ['', '/history', '/history?limit=3', '/equipment', '/expectation/more', '/x?y=/plan'],
  };
  for (const [kind, paths] of Object.entries(kinds)) {
    it(`is ${kind} by its target`, () => {
      for (const path of paths) expect(kindOf('GET', character + path), path).to.equal(kind);
    });
  }

  it('depends on the method too: a preflight calculates nothing, and a POST is a command unless it calculates', () => {
    expect(kindOf('OPTIONS', `${character}/plan`)).to.equal('reads');
    expect(kindOf('HEAD', `${character}/plan`)).to.equal('calculations');
    expect(kindOf('POST', '/api/v4/estimates')).to.equal('calculations');
    expect(kindOf('POST', '/api/v4/valuations')).to.equal('commands');
    expect(kindOf('POST', `${character}/expectation/recalculate`)).to.equal('commands');
  });
});
