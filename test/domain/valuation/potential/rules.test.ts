import { expect } from 'chai';
import { potentialRuleFile } from '../../../../scripts/build-rules/potential-file.ts';
import { parsePotentialRules } from '../../../../src/domain/valuation/potential/parse-rules.ts';
import { bandOf, resetPrice, rollPools } from '../../../../src/domain/valuation/potential/rules.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';
import { ruleFile, rules } from './fixture.ts';

interface File {
  mechanic: string;
  caps: Record<string, unknown>;
  prices: { main: Record<string, unknown>[] };
  methods: {
    main: { meso: { price: string; tierUp: { rare: { probability: number } }; ownGradeRates: { rare: unknown } } };
  };
  pools: { main: Record<string, Record<string, Record<string, string>>> };
  options: Record<string, { denominator: number; weights: Record<string, number> }>;
}

/** The shipped file with one thing changed. */
function broken(change: (file: File) => void): () => unknown {
  const file = ruleFile() as File;
  change(file);
  return () => parsePotentialRules(file);
}

/** The pool that capes share, under the name of its first place. */
const cape = 'main/100-119/bottom/legendary';

describe('the potential rules', () => {
  it('refuses what is no rule file of this mechanic', () => {
    for (const file of [null, undefined, 'text', [], {}, { mechanic: 'starforce' }])
      expect(() => parsePotentialRules(file)).to.throw(/^potential rules: /u);
  });

  it('names the pool whose weights do not sum to its denominator', () => {
    expect(broken((file) => (file.options[cape]!.denominator += 1))).to.throw(`pool ${cape} sum to 33, not to 34`);
  });

  it('names the pool that holds a text it cannot read', () => {
    const change = ({ options }: File): void => {
      options[cape]!.weights['STR + 12%'] = options[cape]!.weights['STR +12%']!;
      delete options[cape]!.weights['STR +12%'];
    };
    expect(broken(change)).to.throw(`pool ${cape} holds the unknown option "STR + 12%"`);
  });

  it('refuses weights that are not positive whole numbers', () => {
    for (const weight of [0, -4, 0.5, NaN])
      expect(broken((file) => (file.options[cape]!.weights['STR +12%'] = weight))).to.throw(cape);
  });

  it('refuses a table that names a missing pool, an unknown cap, a price or a rate that is none', () => {
    expect(broken((file) => (file.pools.main['120-200']!.cape!.rare = 'nowhere'))).to.throw('missing pool nowhere');
    expect(broken((file) => (file.caps.reflexes = 2))).to.throw('reflexes');
    expect(broken((file) => (file.prices.main[0]!.epic = '16000000'))).to.throw('prices.main[0].epic');
    expect(broken((file) => delete file.prices.main[0]!.epic)).to.throw('prices.main[0] lacks a grade');
    expect(broken((file) => (file.methods.main.meso.price = 'gold'))).to.throw('methods.main.meso.price');
    expect(broken((file) => (file.methods.main.meso.tierUp.rare.probability = 1.5))).to.throw(
      'tierUp.rare.probability',
    );
    expect(broken((file) => (file.methods.main.meso.ownGradeRates.rare = [[1, 5]]))).to.throw('ownGradeRates.rare');
  });

  it('knows the bands and the prices', () => {
    expect([99, 100, 119, 120, 200, 201, 250, 251].map((level) => bandOf(rules, level))).to.deep.equal([
      undefined,
      ...['100-119', '100-119', '120-200', '120-200', '201-250', '201-250'],
      undefined,
    ]);
    expect([159, 160, 199, 200, 249, 250].map((level) => resetPrice(rules, 'main', level)?.legendary)).to.deep.equal([
      40e6, 42.5e6, 42.5e6, 45e6, 45e6, 50e6,
    ]);
  });

  it('additional reset prices: a potential of one kind never costs the price of the other', () => {
    for (const level of [100, 160, 200, 250])
      for (const grade of ['rare', 'epic', 'unique', 'legendary'] as const)
        expect(resetPrice(rules, 'additional', level)![grade]).to.be.greaterThan(
          resetPrice(rules, 'main', level)![grade],
        );
    expect(resetPrice(rules, 'additional', 200)).to.deep.equal({
      rare: 11e6,
      epic: 30.8e6,
      unique: 74.8e6,
      legendary: 88e6,
    });
  });

  it('has the exact line rates', () => {
    const rates = (kind: 'main' | 'additional', method: string) => rules.methods[kind].get(method)!.ownGradeRates;
    expect(rates('main', 'meso').epic).to.deep.equal([1 / 5, 1 / 20]);
    expect(rates('main', 'red').legendary).to.deep.equal([1 / 10, 1 / 100]);
    expect(rates('additional', 'meso')).to.deep.equal({
      rare: [1 / 51, 1 / 51],
      epic: [1 / 21, 1 / 21],
      unique: [1 / 51, 1 / 51],
      legendary: [1 / 201, 1 / 201],
    });
  });

  it('has the epic main pool of plain armour: sevenths, defence and all-stat', () => {
    const pool = rollPools(rules.methods.main.get('meso')!, { band: '120-200', slot: 'cape' }, 'epic')!.own;
    const weights = Object.fromEntries(pool.options.map(({ text, weight }) => [text, weight]));
    const sevenths = ['STR +6%', 'DEX +6%', 'INT +6%', 'LUK +6%', '최대 HP +6%', '최대 MP +6%'];
    expect(pool.denominator).to.equal(35);
    expect(weights).to.deep.equal({
      ...Object.fromEntries(sevenths.map((text) => [text, 5])),
      '방어력 +6%': 3,
      '올스탯 +3%': 2,
    });
  });

  it('shares identical pools between slots', () => {
    const { pools } = rules.methods.main.get('meso')!;
    expect(pools.get('120-200/cape/legendary')).to.equal(pools.get('120-200/belt/legendary'));
  });

  it('is what the reference tables give', function () {
    const folder = sharedData('reference/tables');
    if (folder === undefined) skipLoudly(this, 'the reference tables are not there');
    expect(potentialRuleFile(folder)).to.deep.equal(ruleFile());
  });
});
