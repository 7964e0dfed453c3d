import { expect } from 'chai';
import fc from 'fast-check';
import { createRateLimit } from '../../../src/platform/http/rate-limit.ts';

describe('the rate limit', () => {
  const limitAt = (perMinute: number, clients?: number) => {
    const clock = { ms: 0 };
    const options = { name: 'requests', perMinute, now: () => clock.ms };
    return { clock, limit: createRateLimit(clients === undefined ? options : { ...options, clients }) };
  };
  const takes = (take: () => number, count: number) => Array.from({ length: count }, take);

  it('lets a client use up its requests at once, counts them down, and refuses the next', () => {
    const { limit } = limitAt(3);
    expect(takes(() => limit.take('a'), 5)).to.deep.equal([2, 1, 0, -1, -1]);
    expect(limit.take('b')).to.equal(2);
  });

  it('gives a request back exactly when its share of the minute is over, however often it is asked before', () => {
    const { limit, clock } = limitAt(600);
    takes(() => limit.take('a'), 600);
    for (const ms of [1, 50, 99]) {
      clock.ms = ms;
      expect(limit.take('a'), `${ms} ms`).to.equal(-1);
    }
    clock.ms = 100;
    expect(takes(() => limit.take('a'), 2)).to.deep.equal([0, -1]);
  });

  it('is full again after a minute, and never more than full', () => {
    const { limit, clock } = limitAt(7);
    takes(() => limit.take('a'), 7);
    clock.ms = 59_999;
    expect(limit.take('a')).to.equal(5);
    clock.ms = 3_600_000;
    expect(limit.take('a')).to.equal(6);
  });

  it('never grants more than the burst and what has flowed back, in any stretch of time', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, (perMinute, pauses) => {
        const { limit, clock } = limitAt(perMinute);
        const granted: number[] = [];
        for (const pause of pauses) {
          clock.ms += pause;
          if (limit.take('a') >= 0) granted.push(clock.ms);
        }
        granted.forEach((start, first) => {
          for (let last = first; last < granted.length; last += 1) {
            const most = perMinute + Math.floor(((granted[last]! - start) * perMinute) / 60_000);
            expect(last - first + 1).to.be.lessThanOrEqual(most);
          }
        });
      }),
    );
  });

  it('remembers who was seen last and forgets who was not, within a bound', () => {
    const { limit } = limitAt(1, 20);
    limit.take('busy');
    limit.take('idle');
    for (let n = 0; n < 200; n += 1) {
      limit.take(`other-${n}`);
      expect(limit.take('busy')).to.equal(-1);
    }
    expect(limit.take('idle')).to.equal(0);
  });

  it('says its policy and what is left in structured fields', () => {
    expect(limitAt(600).limit.policy).to.equal('"requests";q=600;w=60');
    expect(limitAt(600).limit.header(599)).to.equal('"requests";r=599;t=1');
    expect(limitAt(30).limit.header(0)).to.equal('"requests";r=0;t=2');
  });
});
