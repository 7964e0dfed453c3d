import { expect } from 'chai';
import type { BonusOptionSums } from '../../../../src/domain/character/equipment.ts';
import { canBeMade, decideBossItem } from '../../../../src/domain/valuation/bonus-options/boss-item.ts';
import { rules } from './rule-file.ts';

const nothing: BonusOptionSums = {
  ...{ str: 0, dex: 0, int: 0, luk: 0, maxHp: 0, maxMp: 0, attackPower: 0, magicPower: 0 },
  ...{ armor: 0, speed: 0, jump: 0, bossDamage: 0, damage: 0, allStat: 0, levelDecrease: 0 },
};
const armor = (level: number) => ({ kind: 'armor', level, baseAttackPower: 0, baseMagicPower: 0 }) as const;

describe('boss item or not', () => {
  it('goes by the name when the name is known', () => {
    expect(decideBossItem('도미네이터 펜던트', { ...nothing, speed: 1 }, armor(140), rules)).to.equal(true);
  });

  it('else by which rules can make the sums', () => {
    // real: 블루 엘리멘탈 글로브, three lines of stage 3
    const gloves = { ...nothing, speed: 3, jump: 3, allStat: 3 };
    expect(decideBossItem('블루 엘리멘탈 글로브', gloves, armor(110), rules)).to.equal(false);
    // four lines, one of stage 7: only a boss item
    const four = { ...nothing, allStat: 7, speed: 3, jump: 4, attackPower: 5 };
    expect(decideBossItem('?', four, armor(150), rules)).to.equal(true);
    // one line of stage 1
    expect(decideBossItem('?', { ...nothing, str: 9 }, armor(160), rules)).to.equal(false);
  });

  it('cannot tell when both can, or neither', () => {
    // real: 레드 매지션 마이스터 심볼, lines of stages 3, 3, 4, 5: a normal item can, a boss item can
    const symbol = { ...nothing, dex: 15, luk: 39, magicPower: 3, levelDecrease: 15 };
    expect(decideBossItem('레드 매지션 마이스터 심볼', symbol, armor(100), rules)).to.equal(undefined);
    expect(decideBossItem('?', { ...nothing, allStat: 9 }, armor(150), rules)).to.equal(undefined);
    expect(decideBossItem('?', { ...nothing, str: Number.NaN }, armor(150), rules)).to.equal(undefined);
    expect(decideBossItem('?', { ...nothing, str: -9 }, armor(160), rules)).to.equal(undefined);
  });

  it('explains sums of stats that share lines', () => {
    // INT 6 × 12, STR+INT 5 × 7, INT+LUK 4 × 7 at level 250, and all-stat 5
    const sums = { ...nothing, str: 35, int: 72 + 35 + 28, luk: 28, allStat: 5 };
    expect(canBeMade(sums, { ...armor(250), boss: true }, rules)).to.equal(true);
    expect(canBeMade({ ...sums, int: sums.int + 1 }, { ...armor(250), boss: true }, rules)).to.equal(false);
    expect(canBeMade({ ...sums, speed: 3 }, { ...armor(250), boss: true }, rules), 'five lines').to.equal(false);
  });

  it('lets the magic line of a weapon without magic be one that nobody sees', () => {
    const sword = { kind: 'weapon', level: 150, baseAttackPower: 171, baseMagicPower: 0, boss: true } as const;
    const three = { ...nothing, bossDamage: 6, damage: 3, attackPower: 21 };
    expect(canBeMade(three, sword, rules)).to.equal(true);
    expect(canBeMade(three, { ...sword, baseMagicPower: 100 }, rules)).to.equal(false);
  });

  it('answers quickly even for sums that nothing explains', () => {
    const sums = { ...nothing, str: 101, dex: 102, int: 103, luk: 104 };
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now();
      expect(canBeMade(sums, { ...armor(200), boss: true }, rules)).to.equal(false);
      return performance.now() - start;
    });
    expect(Math.min(...times)).to.be.lessThan(20);
  });
});
