import { expect } from 'chai';
import { mechanicsOf } from '../../../src/domain/valuation/slots.ts';
import { grantedStars, isKnownBossItem, isSuperior } from '../../../src/domain/valuation/special-items.ts';

describe('slot table', () => {
  it('tells pool, stars and bonus options by slot', () => {
    expect(mechanicsOf('무기', '스태프')).to.deep.equal({ pool: 'weapon', starforce: 'yes', flame: 'weapon' });
    expect(mechanicsOf('반지3', '반지')).to.deep.equal({ pool: 'ring', starforce: 'yes', flame: undefined });
    expect(mechanicsOf('엠블렘', '엠블렘')).to.deep.equal({ pool: 'emblem', starforce: 'no', flame: undefined });
    expect(mechanicsOf('포켓 아이템', '포켓 아이템')).to.deep.equal({
      pool: undefined,
      starforce: 'no',
      flame: 'armor',
    });
    expect(mechanicsOf('펜던트2', '펜던트')).to.deep.equal(mechanicsOf('펜던트', '펜던트'));
  });

  it('asks the part only for secondary weapons and tops', () => {
    expect(mechanicsOf('보조무기', '문서')?.pool).to.equal('secondary');
    expect(mechanicsOf('보조무기', '방패')?.pool).to.equal('shield');
    expect(mechanicsOf('보조무기', '소울링')?.pool).to.equal('forceShieldSoulRing');
    expect(mechanicsOf('보조무기', '포스실드')).to.deep.equal({
      pool: 'forceShieldSoulRing',
      starforce: 'where-starred',
      flame: undefined,
    });
    expect(mechanicsOf('상의', '상의')?.pool).to.equal('top');
    expect(mechanicsOf('상의', '한벌옷')?.pool).to.equal('overall');
    expect(mechanicsOf('모자', '한벌옷')?.pool).to.equal('hat');
  });

  it('knows medals, badges and androids as inert, and everything else as unknown', () => {
    for (const slot of ['훈장', '뱃지', '안드로이드'])
      expect(mechanicsOf(slot, slot)).to.deep.equal({ pool: undefined, starforce: 'no', flame: undefined });
    expect(mechanicsOf('반지5', '반지')).to.equal(undefined);
    expect(mechanicsOf('', '')).to.equal(undefined);
  });
});

describe('special items', () => {
  it('tells superior items by name', () => {
    for (const name of ['타일런트 히아데스 클록', '노바 헤르메스 부츠', '헬리시움 정예 알테어 글러브'])
      expect(isSuperior(name), name).to.equal(true);
    for (const name of ['슈페리얼 리튬 하트', '노바 반지', '헬리시움 정예 병사의 모자'])
      expect(isSuperior(name), name).to.equal(false);
  });

  it('tells granted stars by name', () => {
    expect(grantedStars('제네시스 스태프')).to.equal(22);
    expect(grantedStars('데스티니 스태프')).to.equal(22);
    expect(grantedStars('아케인셰이드 스태프')).to.equal(0);
  });

  it('tells boss drops by prefix or full name', () => {
    for (const name of ['에테르넬 메이지햇', '로얄 반 레온 헬름', '저주받은 청의 마도서', '고통의 근원'])
      expect(isKnownBossItem(name), name).to.equal(true);
    for (const name of ['로얄 메이지햇', '저주받은 백의 마도서', '그리드 펜던트', '고통의 근원의 조각'])
      expect(isKnownBossItem(name), name).to.equal(false);
  });
});
