import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { defaultAssumptions } from '../../../src/domain/valuation/assumptions.ts';
import { valuate } from '../../../src/domain/valuation/valuate.ts';
import { anItem, wearing } from './items.ts';
import { ruleSet } from './rule-sets.ts';

/** The tables of the document's worked example: title → quantity → number. */
function documented(): Record<string, Record<string, number>> {
  const text = readFileSync(new URL('../../../docs/how-a-valuation-is-computed.md', import.meta.url), 'utf8');
  const rows = text.slice(text.indexOf('## A worked example')).matchAll(/^\| (.+?) \| (.+?) \|$/gmu);
  const tables: Record<string, Record<string, number>> = {};
  let current: Record<string, number> = {};
  for (const [, name, value] of rows) {
    if (value === 'value') current = tables[name!] = {};
    else current[name!] = Number(value!.replaceAll(',', ''));
  }
  return tables;
}

const hat = anItem({
  ...{ name: '에테르넬 메이지햇', level: 250, stars: 22 },
  potential: {
    ...{ grade: 'legendary', sealed: false },
    lines: ['스킬 재사용 대기시간 -2초', '스킬 재사용 대기시간 -2초', '피격 시 5% 확률로 데미지의 40% 무시'],
  },
  bonusOptions: { int: 130, luk: 42, dex: 28, allStat: 5 },
});

/** The numbers of the document, computed: by the engine, and by the document's own formulas where it names them. */
function computed(): Record<string, Record<string, number>> {
  const { components, total } = valuate(wearing(hat), ruleSet(), defaultAssumptions).items[0]!;
  const { starforce, potential, bonusOptions } = components;
  if (starforce.status !== 'valued' || potential.status !== 'valued' || bonusOptions.status !== 'valued')
    throw new Error('the example is not valued');
  const flame = bonusOptions.facts.trials.probability;
  const roll = potential.facts.trials.probability;
  const [rare, epic, unique] = potential.facts.tierUp!.steps.map((step) => step.tries.mean) as [number, number, number];
  const climb = rare * 5e6 + epic * 20e6 + unique * 42.5e6;
  return {
    'bonus options': {
      score: bonusOptions.facts.score,
      p: flame,
      'resets, mean = 1 / p': 1 / flame,
      'resets, median = ⌈ln 0.5 / ln(1 − p)⌉': Math.ceil(Math.log(0.5) / Math.log(1 - flame)),
      'cost, mean': bonusOptions.cost.mean,
    },
    'main potential': {
      'resets at rare': rare,
      'resets at epic': epic,
      'resets at unique': unique,
      'cost of the climb, mean': climb,
      p: roll,
      'resets at legendary, mean = (1 − p) / p': (1 - roll) / roll,
      'cost, mean': potential.cost.mean,
    },
    'star force': {
      'attempts, mean': starforce.facts.attempts,
      'destructions, mean': starforce.facts.booms,
      'no destruction, probability': starforce.facts.noBoomProbability,
      'cost, mean': starforce.cost.mean,
      'cost, sd': starforce.cost.sd,
    },
    total: {
      'cost, mean': total.cost!.mean,
      'cost, sd': total.cost!.sd,
      'cost, median': total.cost!.p50,
      'cost, 90 %': total.cost!.p90,
    },
  };
}

describe('worked example of the document', () => {
  it('says what the engine computes: means to nine digits, quantiles of sums to 1e-3', () => {
    const [said, is] = [documented(), computed()];
    for (const [table, quantities] of Object.entries(is)) {
      expect(said[table], table).to.have.all.keys(Object.keys(quantities));
      for (const [name, value] of Object.entries(quantities)) {
        const tolerance = table === 'total' && !/mean|sd/u.test(name) ? 1e-3 : 6e-9;
        expect(said[table]![name]! / value, `${table}: ${name}`).to.be.closeTo(1, tolerance);
      }
    }
    expect(Object.keys(said)).to.deep.equal(Object.keys(is));
  });

  it('follows from its own formulas', () => {
    const { 'main potential': potential, 'bonus options': flame, ...rest } = computed();
    expect(flame!['cost, mean']! / (3e6 * flame!['resets, mean = 1 / p']!)).to.be.closeTo(1, 1e-12);
    const climb = potential!['cost of the climb, mean']!;
    const rolls = potential!['resets at legendary, mean = (1 − p) / p']!;
    expect(potential!['cost, mean']! / (climb + 50e6 * rolls)).to.be.closeTo(1, 1e-12);
    const parts = [potential, flame, rest['star force']].map((table) => table!['cost, mean']!);
    expect(rest.total!['cost, mean']! / parts.reduce((a, b) => a + b)).to.be.closeTo(1, 1e-12);
  });
});
