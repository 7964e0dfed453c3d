import { join } from 'node:path';
import { cell, readTable, type Pool, type Row } from './potential-csv.ts';
import { mainPools } from './potential-main.ts';
import { minorCubePools } from './potential-minor-cubes.ts';
import { additionalPoolsBelowUnique, goldPools, officialPools, type PoolTable } from './potential-pools.ts';

export type Json = null | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Rates that the official page rounds to six digits and whose fraction is known. */
const exactRates: Readonly<Record<string, readonly [number, number]>> = {
  ...{ '0.2': [1, 5], '0.05': [1, 20], '0.1': [1, 10], '0.01': [1, 100], '0.166667': [1, 6] },
  ...{ '0.004975': [1, 201], '0.019608': [1, 51], '0.047619': [1, 21] },
};

const grades = ['rare', 'epic', 'unique', 'legendary'];

/** Method names of the tables, by ours; `pools` names the pool table the method rolls from. */
const methods = {
  main: {
    meso: { pools: 'main', lines: 'meso reset main / black', tierUp: 'meso reset main / black cube', price: 'meso' },
    red: { pools: 'main', lines: 'red', tierUp: 'red cube', price: 'cube' },
    gold: { pools: 'gold', lines: 'gold (artisan/meister)', tierUp: 'gold (artisan/meister) cube', price: 'cube' },
    silver: { pools: 'silver', lines: 'silver (master)', tierUp: 'silver (master) cube', price: 'cube' },
    bronze: { pools: 'bronze', lines: 'strange (bronze)', tierUp: 'strange cube (main, bronze)', price: 'cube' },
  },
  additional: {
    meso: {
      pools: 'additional',
      lines: 'additional (meso / additional / white)',
      tierUp: 'meso reset additional',
      price: 'meso',
    },
    white: {
      pools: 'additional',
      lines: 'additional (meso / additional / white)',
      tierUp: 'additional cube / white cube',
      price: 'cube',
    },
    bronze: {
      pools: 'additionalBronze',
      lines: 'strange additional',
      tierUp: 'strange additional cube',
      price: 'cube',
    },
  },
} as const;

/** The rule file of the mechanic `potential`, from the folder of the reference tables. */
export function potentialRuleFile(folder: string): Json {
  const table = (name: string): Row[] => readTable(join(folder, `${name}.csv`));
  const official = table('potential_pools_legendary_unique');
  const english = table('potential_all_grades_level120_200_en_2023');
  const main = mainPools(official, table('potential_main_pools_all_grades'));
  const below = additionalPoolsBelowUnique(table('potential_additional_pools_below_unique'));
  const tables = {
    main: main.pools,
    gold: goldPools(table('potential_legendary_lines_official'), 0.001996),
    silver: minorCubePools(english, 'master', { item: 'epic', below: 'rare', rate: 1 / 21 }),
    bronze: minorCubePools(english, 'occult', { item: 'rare', below: 'normal', rate: 0.000999 }),
    additional: new Map([...officialPools(official, 'additional'), ...below]),
    additionalBronze: new Map<string, Pool>(),
  };
  return {
    mechanic: 'potential',
    ruleSet: 'kms2026',
    effectiveDate: '2026-03-19',
    sources,
    inferred: main.inferred.map((key) => `main/${key}`),
    bands: [bandOf(100, 119), bandOf(120, 200), bandOf(201, 250)],
    caps: { 'decent-skill': 1, 'invincibility-after-hit': 1, 'on-hit-ignore': 2, 'on-hit-invincible': 2 },
    prices: prices(table('potential_reset_cost')),
    methods: methodTables(table('potential_line_rates'), table('potential_tier_up')),
    ...poolTables(tables),
  };
}

const sources: Json = {
  legendaryAndUnique:
    'official option tables, as scraped 2026-05-28 (Dae-Y/maple_tools@f5369b3); exact fractions derived',
  mainBelowUnique:
    'rebuilt from an older scrape; only groups that prove to be small fractions; epic also by the common epic pool',
  additionalBelowUnique:
    'mukhoplus/Potential-Simulator, ccnspace/MapleGround@6ae6fcd; unique and legendary equal the official page',
  gold: 'official option tables, as scraped 2026-05-28',
  silverAndBronze:
    'official page of 2023-11, English labels (brendonmay@774af90); "*" stands for options the source merges',
  caps: 'official page, 2026',
  prices: 'update posts 737 (2024-01-25) and 746',
  tierUp: 'official probability page and notice 144849 (2024-01-25)',
};

function bandOf(from: number, to: number): Json {
  return { name: `${from}-${to}`, from, to };
}

/** Mesos per reset; `to` is the highest item level of the row, null for no bound. */
function prices(rows: readonly Row[]): Json {
  const of = (kind: string): Json =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => {
        const to = cell(row, 'item_level').split('-')[1];
        const perGrade = Object.fromEntries(grades.map((grade) => [grade, Number(cell(row, grade))]));
        return { to: to === undefined ? null : Number(to), ...perGrade };
      });
  return { main: of('main'), additional: of('additional') };
}

function methodTables(rates: readonly Row[], steps: readonly Row[]): Json {
  const perMethod = ([name, method]: [string, { pools: string; lines: string; tierUp: string; price: string }]) =>
    [
      name,
      {
        price: method.price,
        pools: method.pools,
        ownGradeRates: ownGradeRates(rates, method.lines),
        tierUp: tierUps(steps, method.tierUp),
      },
    ] as const;
  return {
    main: Object.fromEntries(Object.entries(methods.main).map(perMethod)),
    additional: Object.fromEntries(Object.entries(methods.additional).map(perMethod)),
  };
}

/** Probability that lines 2 and 3 are of the item's grade, by item grade, as fractions. */
function ownGradeRates(rows: readonly Row[], method: string): Json {
  const entries = rows
    .filter((row) => row.method === method)
    .flatMap((row) => {
      const rates = ['line2_prime', 'line3_prime'].map((column) => fraction(cell(row, column)));
      const of = cell(row, 'grade') === 'rare..legendary' ? grades : [cell(row, 'grade')];
      return of.map((grade) => [grade, rates] as const);
    });
  return Object.fromEntries(entries);
}

function fraction(decimal: string): readonly [number, number] {
  return exactRates[decimal] ?? [Math.round(Number(decimal) * 1e6), 1e6];
}

/** By the grade a reset starts from: probability of the next grade, and the failures after which it is certain. */
function tierUps(rows: readonly Row[], method: string): Json {
  const entries = rows
    .filter((row) => row.method === method)
    .map((row) => {
      const guarantee = cell(row, 'guarantee_count_N');
      const step = {
        probability: Number(cell(row, 'p_per_attempt')),
        guaranteeAfter: guarantee === '' ? null : Number(guarantee),
      };
      return [cell(row, 'step').split('>')[0] ?? '', step] as const;
    });
  return Object.fromEntries(entries);
}

/** Equal pools are kept once, under the name of the first place that uses them. */
function poolTables(tables: Readonly<Record<string, PoolTable>>): { pools: Json; options: Json } {
  const names = new Map<string, string>();
  const options: Record<string, Json> = {};
  const pools: Record<string, Record<string, Record<string, Record<string, string>>>> = {};
  for (const [table, entries] of Object.entries(tables)) {
    const bands = (pools[table] = {} as Record<string, Record<string, Record<string, string>>>);
    for (const [key, pool] of entries) {
      const [band = '', slot = '', grade = ''] = key.split('/');
      const content = JSON.stringify(pool);
      const name = names.get(content) ?? `${table}/${key}`;
      names.set(content, name);
      options[name] = { denominator: pool.denominator, weights: pool.weights };
      ((bands[band] ??= {})[slot] ??= {})[grade] = name;
    }
  }
  return { pools, options };
}
