import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { baseCost } from '../../../../src/domain/valuation/starforce/attempt.ts';
import { maxStarOf } from '../../../../src/domain/valuation/starforce/problem.ts';
import { parseStarForceRules } from '../../../../src/domain/valuation/starforce/rules.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { ruleFile, ruleSets, type RuleSetName, rulesOf } from './support.ts';

/** Rows of a reference table as objects. */
function rowsOf(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/u);
  const names = head.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  });
}

describe('star force rule files', () => {
  it('are read for all six rule sets, with source and date', () => {
    for (const name of ruleSets) {
      expect(rulesOf(name).ruleSet).to.equal(name);
      expect(ruleFile(name)).to.include.keys('source', 'effectiveDate', 'mechanic');
      expect(rulesOf(name).attempts).to.have.length(name.startsWith('sf25') || name === 'kms2024' ? 25 : 30);
    }
  });

  it('know the highest star of every level', () => {
    const max = (level: number) => maxStarOf(rulesOf('kms2026'), level);
    expect([0, 94, 95, 107, 108, 117, 118, 127, 128, 137, 138, 300].map(max)).to.deep.equal([
      5, 5, 8, 8, 10, 10, 15, 15, 20, 20, 30, 30,
    ]);
    expect(max(301)).to.equal(undefined);
    expect(maxStarOf(rulesOf('kms2024'), 200)).to.equal(25);
  });

  it('are refused with the fault named', () => {
    const broken = (change: Record<string, unknown>) => () =>
      parseStarForceRules({ ...ruleFile('kms2026'), ...change });
    const attempts = ruleFile('kms2026').attempts as unknown[][];
    const withRow = (row: unknown[]) => ({ attempts: [...attempts.slice(0, 15), row, ...attempts.slice(16)] });
    expect(broken({})).not.to.throw();
    expect(broken(withRow([315_000, 664_450, 0, 20_549, 12, 200]))).to.throw('attempts[15] must be a row that sums');
    expect(broken(withRow([315_000, 685_000, 0, 0, 12, 200]))).to.throw(
      'attempts[15] must be a star after destruction',
    );
    expect(broken(withRow([315_000, 664_450, 0, 20_550, 16, 200]))).to.throw('attempts[15]');
    expect(broken(withRow([315_000, 664_450, 0, 20_550, 11, 200]))).to.throw('attempts[15]');
    expect(broken(withRow([0, 979_450, 0, 20_550, 12, 200]))).to.throw('a chance to succeed');
    expect(broken(withRow([315_000, 664_450, 0, 20_550, 12, 0]))).to.throw('a divisor');
    expect(broken({ attempts: attempts.slice(0, 29) })).to.throw('maxStarUpToLevel must be at most 29 stars');
    expect(
      broken({
        maxStarUpToLevel: [
          [94, 5],
          [90, 8],
        ],
      }),
    ).to.throw('maxStarUpToLevel must be ascending');
    expect(broken({ starCatch: 'sometimes' })).to.throw('starCatch');
    expect(broken({ certainAfterDrops: 3 })).to.throw('certainAfterDrops');
    expect(broken({ restore: { fromStar: 15, spares: [1], feeByLevel: { '200': [1, 2] } } })).to.throw(
      'at most 1 fees',
    );
    for (const json of [null, 'x', []]) expect(() => parseStarForceRules(json)).to.throw('file must be an object');
  });

  it('equal the reference tables', function () {
    const path = (name: string) => sharedData(`reference/tables/${name}.csv`);
    const [odds, divisors, costs, fees] = [
      path('starforce_probability'),
      path('starforce_cost_divisor'),
      path('starforce_cost_kms2026'),
      path('starforce_restore_fee_kms2026'),
    ];
    if (!odds || !divisors || !costs || !fees) return skipLoudly(this, 'no reference tables beside the project');
    let compared = 0;
    for (const row of rowsOf(odds)) {
      const rules = rulesOf(row.ruleset as RuleSetName);
      const builtIn = rules.starCatch === 'built-in' ? '1' : '0';
      if (row['catch_x1.05_applied'] !== builtIn) continue;
      const found = rules.attempts[Number(row.star)]!;
      for (const name of ['success', 'maintain', 'decrease', 'destroy'] as const)
        expect(found[name], `${row.ruleset} ${row.star} ${name}`).to.be.closeTo(Number(row[name]), 1e-15);
      const after = row.star_after_destroy_and_trace_restore;
      expect(found.starAfterDestroy).to.equal(after === '' ? undefined : Number(after));
      compared++;
    }
    expect(compared).to.equal(3 * 30 + 3 * 25);
    for (const row of rowsOf(divisors))
      expect(rulesOf(row.ruleset as RuleSetName).attempts[Number(row.star)]!.costDivisor).to.equal(Number(row.divisor));
    for (const { item_level: level, star, meso_per_attempt_no_discount: cost } of rowsOf(costs)) {
      const row = rulesOf('kms2026').attempts[Number(star)]!;
      expect(baseCost(row, Number(star), Number(level)), `level ${level}, ${star} stars`).to.equal(Number(cost));
    }
    const { restore } = rulesOf('kms2026');
    for (const row of rowsOf(fees)) {
      const index = Number(row.destroyed_star) - restore!.fromStar;
      expect(restore!.feeByLevel.get(Number(row.item_level))![index]).to.equal(Number(row.meso_community_table));
      expect(restore!.spares[index]).to.equal(Number(row.spare_items));
    }
  });
});
