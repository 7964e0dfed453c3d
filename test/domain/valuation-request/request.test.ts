import { expect } from 'chai';
import { requestIdOfKey, requestIdOfMoment } from '../../../src/domain/valuation-request/request.ts';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);

describe('identity of a request', () => {
  it('is one for a crowd that asks within a minute, another in the next', () => {
    expect(requestIdOfMoment('강은호', at(0))).to.equal(requestIdOfMoment('강은호', at(59)));
    expect(requestIdOfMoment('강은호', at(0))).not.to.equal(requestIdOfMoment('강은호', at(60)));
    expect(requestIdOfMoment('강은호', at(0))).not.to.equal(requestIdOfMoment('다른이', at(0)));
  });

  it('is the caller’s own where a key is given: scoped by route and client', () => {
    const scope = { route: 'POST /api/v4/valuations', client: '10.0.0.1', key: 'a' };
    expect(requestIdOfKey(scope)).to.equal(requestIdOfKey({ ...scope }));
    expect(requestIdOfKey(scope)).not.to.equal(requestIdOfKey({ ...scope, client: '10.0.0.2' }));
    expect(requestIdOfKey(scope)).not.to.equal(requestIdOfKey({ ...scope, route: 'POST /other' }));
    expect(requestIdOfKey(scope)).not.to.equal(requestIdOfKey({ ...scope, key: 'b' }));
  });

  it('does not confuse where one part ends and the next begins', () => {
    const joined = requestIdOfKey({ route: 'a', client: 'bc', key: 'd' });
    expect(joined).not.to.equal(requestIdOfKey({ route: 'ab', client: 'c', key: 'd' }));
  });
});
