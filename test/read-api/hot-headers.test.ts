import { expect } from 'chai';
import { readHeaders } from '../../src/read-api/hot-headers.ts';

describe('the headers that the hot lane reads', () => {
  it('mean the same however they are spelled', () => {
    for (const name of ['if-none-match', 'If-None-Match', 'IF-NONE-MATCH', 'if-None-match']) {
      expect(readHeaders(['Host', 'here', name, '"a"', 'DNT', '1'])?.ifNoneMatch, name).to.equal('"a"');
    }
  });

  it('are none that it does not know, nor one twice', () => {
    expect(readHeaders(['Host', 'here', 'X-Min-Position', '1'])).to.equal(undefined);
    expect(readHeaders(['Hosts', 'here'])).to.equal(undefined);
    expect(readHeaders(['Accept-Encoding', 'br', 'accept-encoding', 'gzip'])).to.equal(undefined);
  });
});
