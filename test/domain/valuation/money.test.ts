import { expect } from 'chai';
import fc from 'fast-check';
import { formatMoney, parseMoney } from '../../../src/domain/valuation/money.ts';

describe('Korean money text', () => {
  it('writes 조, 억, 만 and the rest', () => {
    expect(formatMoney(0)).to.equal('0');
    expect(formatMoney(9999.4)).to.equal('9999');
    expect(formatMoney(9999.5)).to.equal('1만');
    expect(formatMoney(31_680_000_000)).to.equal('316억 8000만');
    expect(formatMoney(1_200_030_004_005)).to.equal('1조 2000억 3000만 4005');
  });

  it('rounds to the units asked for', () => {
    expect(formatMoney(123_456_789, 1)).to.equal('1억');
    expect(formatMoney(123_456_789, 2)).to.equal('1억 2346만');
    expect(formatMoney(199_999_999, 2)).to.equal('2억');
    expect(formatMoney(12, 1)).to.equal('12');
  });

  it('reads plain numbers, separators, units and decimals of units', () => {
    expect(parseMoney('31,680,000,000')).to.equal(31_680_000_000);
    expect(parseMoney('316억 8000만')).to.equal(31_680_000_000);
    expect(parseMoney('1.5억 메소')).to.equal(150_000_000);
    expect(parseMoney('1.1억')).to.equal(110_000_000);
    expect(parseMoney('2조')).to.equal(2e12);
    expect(parseMoney('0')).to.equal(0);
  });

  it('refuses what is no amount', () => {
    for (const text of ['', '메소', '-1', '1e9', 'NaN', 'Infinity', '억', '3만 2억', '1.2.3', '0x10'])
      expect(parseMoney(text), text).to.equal(undefined);
    for (const amount of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => formatMoney(amount)).to.throw(RangeError);
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (mesos) => {
        expect(parseMoney(formatMoney(mesos))).to.equal(mesos);
      }),
    );
  });
});
