import { expect } from 'chai';
import { ProblemError } from '../../../src/domain/errors.ts';
import { assumptionsKey, defaultAssumptions, parseAssumptions } from '../../../src/domain/valuation/assumptions.ts';

const fieldAtFault = (input: Record<string, unknown>): string | undefined => {
  // The error is what is looked at.
  try {
    parseAssumptions(input);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'invalid-input') return error.field;
    throw error;
  }
  return undefined;
};

describe('assumptions', () => {
  it('default to no event, no discount, free spares, meso resets', () => {
    expect(parseAssumptions({})).to.deep.equal(defaultAssumptions);
    expect(parseAssumptions({ sparePrice: undefined })).to.deep.equal(defaultAssumptions);
    expect(defaultAssumptions).to.deep.include({
      event: { cost30: false, destroy30: false, restore20: false },
      ...{ mvp: 0, pcRoom: false, safeguard: [], restore: [], sparePrice: 0, guarantee: 'N+1', flame: 'meso' },
    });
  });

  it('read the same from a query and from a body', () => {
    const fromQuery = parseAssumptions({
      event: 'shining',
      mvp: '10',
      pcRoom: 'true',
      safeguard: '16,15,15',
      restore: 'optimal',
      sparePrice: '1억 5000만',
      flame: 'abyss',
      flamePrice: '50000000',
      weights: 'INT:1,LUK:0.1,ALL:9.5',
    });
    const fromBody = parseAssumptions({
      event: { cost30: true, destroy30: true, restore20: true },
      mvp: 10,
      pcRoom: true,
      safeguard: [15, 16],
      restore: 'optimal',
      sparePrice: 150_000_000,
      flame: 'abyss',
      flamePrice: 50_000_000,
      weights: { INT: 1, LUK: 0.1, ALL: 9.5 },
    });
    expect(fromQuery).to.deep.equal(fromBody);
    expect(assumptionsKey(fromQuery)).to.equal(assumptionsKey(fromBody));
    expect(assumptionsKey(fromQuery)).to.not.equal(assumptionsKey(defaultAssumptions));
  });

  it('know the events by name and by flag', () => {
    expect(parseAssumptions({ event: 'sunday' }).event).to.deep.equal({
      cost30: true,
      destroy30: false,
      restore20: false,
    });
    expect(parseAssumptions({ cost30: 'true' })).to.deep.equal(parseAssumptions({ event: 'sunday' }));
    expect(fieldAtFault({ event: 'sunday', restore20: 'true' })).to.equal('event');
    expect(parseAssumptions({ destroy30: true }).event).to.deep.equal({
      cost30: false,
      destroy30: true,
      restore20: false,
    });
  });

  it('name the field that is wrong', () => {
    expect(fieldAtFault({ mvp: 7 })).to.equal('mvp');
    expect(fieldAtFault({ mvp: '' })).to.equal('mvp');
    expect(fieldAtFault({ sparePrice: -1 })).to.equal('sparePrice');
    expect(fieldAtFault({ sparePrice: Number.NaN })).to.equal('sparePrice');
    expect(fieldAtFault({ sparePrice: 'Infinity' })).to.equal('sparePrice');
    expect(fieldAtFault({ sparePrice: 1e300 })).to.equal('sparePrice');
    expect(fieldAtFault({ sparePrice: '1e3' })).to.equal('sparePrice');
    expect(fieldAtFault({ flamePrice: 0 })).to.equal('flamePrice');
    expect(fieldAtFault({ safeguard: '15,x' })).to.equal('safeguard');
    expect(fieldAtFault({ safeguard: [31] })).to.equal('safeguard');
    expect(fieldAtFault({ restore: 'all' })).to.equal('restore');
    expect(fieldAtFault({ event: 'monday' })).to.equal('event');
    expect(fieldAtFault({ event: { cost40: true } })).to.equal('event.cost40');
    expect(fieldAtFault({ event: { cost30: 1 } })).to.equal('event.cost30');
    expect(fieldAtFault({ cost30: 'yes' })).to.equal('cost30');
    expect(fieldAtFault({ weights: { INT: -1 } })).to.equal('weights.INT');
    expect(fieldAtFault({ weights: { FUN: 1 } })).to.equal('weights');
    expect(fieldAtFault({ weights: { INT: 0 } })).to.equal('weights');
    expect(fieldAtFault({ flame: 'cold' })).to.equal('flame');
    expect(fieldAtFault({ colour: 'red' })).to.equal('colour');
    expect(fieldAtFault({ toString: 'x' })).to.equal('toString');
  });
});
