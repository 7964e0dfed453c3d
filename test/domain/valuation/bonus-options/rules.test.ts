import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseBonusOptionRules } from '../../../../src/domain/valuation/bonus-options/rules.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { ruleFile, rules } from './rule-file.ts';

const changed = (change: (file: Record<string, unknown>) => void): unknown => {
  const copy = structuredClone(ruleFile);
  change(copy);
  return copy;
};

describe('bonus option rule file', () => {
  it('is refused when a distribution does not sum to 100 percent', () => {
    const file = changed((copy) => {
      (copy.stageWeights as Record<string, unknown>).eternal = { 2: 29, 3: 45, 4: 25, 5: 2 };
    });
    expect(() => parseBonusOptionRules(file)).to.throw('stageWeights.eternal sums to 101, not to 100');
  });

  it('is refused with an unknown or repeated option, a missing table, another mechanic', () => {
    const withOptions = (weapon: unknown) => changed((copy) => ((copy.options as { weapon: unknown }).weapon = weapon));
    expect(() => parseBonusOptionRules(withOptions(['STR', 'LUCK']))).to.throw('unknown option LUCK');
    expect(() => parseBonusOptionRules(withOptions(['STR', 'STR']))).to.throw('repeats an option');
    expect(() => parseBonusOptionRules(changed((copy) => delete copy.lineWeights))).to.throw('lineWeights');
    expect(() => parseBonusOptionRules(changed((copy) => (copy.mechanic = 'starforce')))).to.throw('mechanic');
    expect(() => parseBonusOptionRules(null)).to.throw('not an object');
  });

  it('agrees with the official tables', function () {
    const read = (name: string) => {
      const path = sharedData(`reference/tables/${name}`);
      if (path === undefined) skipLoudly(this, `${name} is missing`);
      const rows = readFileSync(path, 'utf8').trim().split(/\r?\n/u).slice(1);
      return rows.map((row) => row.match(/("[^"]*"|[^,]+)/gu)!.map((cell) => cell.replaceAll('"', '')));
    };
    const lines = read('flame_line_count.csv').filter(([source]) => source === 'flame, normal item');
    expect(rules.lines.normal.map((line) => [line.value, line.percent / 100])).to.deep.equal(
      lines.map(([, count, probability]) => [Number(count), Number(probability)]),
    );
    const stages = read('flame_stage.csv').filter(([source, , , p]) => source !== 'drop' && Number(p) > 0);
    for (const flame of ['powerful', 'eternal', 'abyss'] as const)
      expect(
        rules.stages[flame].map((stage) => [stage.value, stage.value + rules.bossStageBonus, stage.percent / 100]),
      ).to.deep.equal(stages.filter(([source]) => source === flame).map(([, ...row]) => row.map(Number)));
    const renamed: Record<string, string> = { LV: 'LEVEL', DMG: 'DAMAGE' };
    for (const [ours, theirs] of [
      ['weapon', 'weapon'],
      ['armor', 'non-weapon'],
    ] as const)
      expect(rules.options[ours]).to.deep.equal(
        read('flame_options.csv')
          .filter(([item, level]) => item === theirs && level === '200')
          .map(([, , , option]) => renamed[option!] ?? option),
      );
  });
});
