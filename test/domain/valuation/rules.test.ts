import { expect } from 'chai';
import { assembleRuleSet, ruleSetIds } from '../../../src/domain/valuation/rules.ts';
import { ruleFiles, ruleSet } from './rule-sets.ts';

describe('rule sets', () => {
  for (const id of ruleSetIds) {
    it(`${id} loads, with its date and the hash of its tables`, () => {
      const rules = ruleSet(id);
      expect(rules.id).to.equal(id);
      expect(rules.effectiveDate).to.match(/^20\d\d-\d\d-\d\d$/u);
      expect(rules.tables).to.match(/^sha256:[0-9a-f]{64}$/u);
    });
  }

  it('kms2026, the default, has all mechanics and is in force since 2026-03-19', () => {
    expect(ruleSetIds[0]).to.equal('kms2026');
    const rules = ruleSet('kms2026');
    expect(rules.effectiveDate).to.equal('2026-03-19');
    expect(rules.potential).to.not.equal(undefined);
    expect(rules.bonusOptions).to.not.equal(undefined);
  });

  it('never mix: a file of another rule set is refused', () => {
    const files = { ...ruleFiles('kms2026'), starforce: ruleFiles('kms2025').starforce };
    expect(() => assembleRuleSet('kms2026', files)).to.throw('rules/starforce/kms2026.json');
    expect(() => assembleRuleSet('kms2026', { starforce: null })).to.throw('rules/starforce/kms2026.json');
  });

  it('hash the content, not the order of keys', () => {
    const files = ruleFiles('kms2026');
    const reordered = Object.fromEntries(Object.entries(files).reverse()) as unknown as typeof files;
    expect(assembleRuleSet('kms2026', reordered).tables).to.equal(ruleSet().tables);
    const changed = structuredClone(files);
    (changed['bonus-options'] as { source: string }).source += '.';
    expect(assembleRuleSet('kms2026', changed).tables).to.not.equal(ruleSet().tables);
  });
});
