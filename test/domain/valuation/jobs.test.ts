import { expect } from 'chai';
import { jobOf } from '../../../src/domain/valuation/jobs.ts';

describe('job table', () => {
  it('knows each class by the API name, whatever the spaces', () => {
    expect(jobOf('에반')).to.include({ attack: 'MATT' }).and.have.deep.property('main', ['INT']);
    expect(jobOf('아크메이지 (불, 독)')).to.equal(jobOf('아크메이지(썬,콜)'));
    expect(jobOf('듀얼블레이더')).to.equal(jobOf('듀얼블레이드')).and.have.deep.property('sub', ['DEX', 'STR']);
    expect(jobOf('나이트로드')).to.have.deep.property('sub', ['DEX']);
    expect(jobOf('초보자')).to.equal(undefined);
    expect(jobOf('')).to.equal(undefined);
  });

  it('weighs attack for fighters and magic for mages, never the other (regression)', () => {
    expect(jobOf('히어로')?.weights).to.deep.equal({ STR: 1, DEX: 0.1, ALL: 10, ATT: 4 });
    expect(jobOf('보우마스터')?.weights).to.deep.equal({ DEX: 1, STR: 0.1, ALL: 10, ATT: 4 });
    expect(jobOf('비숍')?.weights).to.deep.equal({ INT: 1, LUK: 0.1, ALL: 10, MATT: 4 });
    expect(jobOf('팬텀')?.weights).to.deep.equal({ LUK: 1, DEX: 0.1, ALL: 10, ATT: 4 });
    expect(jobOf('카데나')?.weights).to.deep.equal({ LUK: 1, DEX: 0.1, STR: 0.1, ALL: 10, ATT: 4 });
  });

  it('gives the special classes formulas of their own', () => {
    expect(jobOf('제논')).to.deep.include({ special: 'xenon', main: ['STR', 'DEX', 'LUK'] });
    expect(jobOf('제논')?.weights).to.deep.equal({ STR: 1, DEX: 1, LUK: 1, ALL: 20, ATT: 4 });
    expect(jobOf('데몬어벤져')?.weights).to.deep.equal({ HP: 1 / 175, ATT: 4, ALL: 0 });
  });
});
