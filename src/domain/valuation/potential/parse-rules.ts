import type { Grade } from '../../character/equipment.ts';
import { type Filler, parseLine } from '../lines/parse-line.ts';
import {
  grades,
  mergedFiller,
  type MethodRules,
  type Pool,
  type PoolOption,
  type PotentialKind,
  type PotentialRules,
  potentialMethods,
  type PriceRow,
  type TierUpStep,
} from './rules.ts';

/**
 * Checks a rule file of the mechanic `potential` (the parsed JSON) and makes the engine's tables of it.
 * Throws an `Error` that names the pool or the field at fault: weights that are not positive whole numbers or do not sum
 * to exactly the denominator, an option text that does not read, a pool that is not there.
 */
export function parsePotentialRules(file: unknown): PotentialRules {
  const root = record(file, 'the file');
  if (root.mechanic !== 'potential') throw fault('mechanic is not "potential"');
  const options = record(root.options, 'options');
  const pools = new Map(Object.entries(options).map(([name, pool]) => [name, parsePool(name, pool)] as const));
  const tables = record(root.pools, 'pools');
  const methods = record(root.methods, 'methods');
  const prices = record(root.prices, 'prices');
  const methodsOf = (kind: PotentialKind) =>
    new Map(
      potentialMethods[kind].map((name) => {
        const path = `methods.${kind}.${name}`;
        const method = record(record(methods[kind], `methods.${kind}`)[name], path);
        return [name, parseMethod(method, path, (table) => poolTable(tables[table], `pools.${table}`, pools))] as const;
      }),
    );
  return {
    bands: list(root.bands, 'bands').map((band) => parseBand(band)),
    caps: parseCaps(root.caps),
    prices: { main: parsePrices(prices.main, 'main'), additional: parsePrices(prices.additional, 'additional') },
    methods: { main: methodsOf('main'), additional: methodsOf('additional') },
  };
}

function parsePool(name: string, value: unknown): Pool {
  const pool = record(value, `pool ${name}`);
  const denominator = whole(pool.denominator, `pool ${name}: denominator`);
  const options = Object.entries(record(pool.weights, `pool ${name}: weights`)).map(([text, weight]): PoolOption => {
    const line = text === mergedFiller ? ({ kind: 'merged' } as const) : parseLine(text);
    if (line.kind === 'unknown') throw fault(`pool ${name} holds the unknown option "${text}"`);
    return { text, line, weight: whole(weight, `pool ${name}: weight of "${text}"`) };
  });
  const sum = options.reduce((total, { weight }) => total + weight, 0);
  if (sum !== denominator) throw fault(`the weights of pool ${name} sum to ${sum}, not to ${denominator}`);
  return { name, denominator, options };
}

/** Flattens band → slot → grade → name of a pool. */
function poolTable(value: unknown, path: string, pools: ReadonlyMap<string, Pool>): Map<string, Pool> {
  const table = new Map<string, Pool>();
  for (const [band, slots] of Object.entries(record(value, path)))
    for (const [slot, names] of Object.entries(record(slots, `${path}.${band}`)))
      for (const [grade, name] of Object.entries(record(names, `${path}.${band}.${slot}`))) {
        const pool = pools.get(String(name));
        if (pool === undefined) throw fault(`${path}.${band}.${slot}.${grade} names the missing pool ${String(name)}`);
        table.set(`${band}/${slot}/${grade}`, pool);
      }
  return table;
}

function parseMethod(
  method: Record<string, unknown>,
  path: string,
  poolsOf: (table: string) => Map<string, Pool>,
): MethodRules {
  if (method.price !== 'meso' && method.price !== 'cube') throw fault(`${path}.price is neither meso nor cube`);
  return {
    price: method.price,
    ownGradeRates: byGrade(method.ownGradeRates, `${path}.ownGradeRates`, (rates, at): readonly [number, number] => {
      const [line2, line3] = list(rates, at).map((rate) => fraction(rate, at));
      if (line2 === undefined || line3 === undefined) throw fault(`${at} is not a pair of fractions`);
      return [line2, line3];
    }),
    tierUp: byGrade(method.tierUp, `${path}.tierUp`, parseTierUp),
    pools: poolsOf(String(method.pools)),
  };
}

function parseTierUp(value: unknown, path: string): TierUpStep {
  const { probability, guaranteeAfter } = record(value, path);
  if (typeof probability !== 'number' || !(probability > 0 && probability < 1))
    throw fault(`${path}.probability is not between 0 and 1`);
  return {
    probability,
    guaranteeAfter: guaranteeAfter === null ? undefined : whole(guaranteeAfter, `${path}.guaranteeAfter`),
  };
}

function byGrade<T>(
  value: unknown,
  path: string,
  parse: (value: unknown, path: string) => T,
): Partial<Record<Grade, T>> {
  const given = record(value, path);
  const known = grades.filter((grade) => grade in given);
  return Object.fromEntries(known.map((grade) => [grade, parse(given[grade], `${path}.${grade}`)]));
}

function parsePrices(value: unknown, kind: PotentialKind): PriceRow[] {
  return list(value, `prices.${kind}`).map((item, index) => {
    const path = `prices.${kind}[${index}]`;
    const row = record(item, path);
    const prices = byGrade(row, path, whole);
    const { rare, epic, unique, legendary } = prices;
    if (rare === undefined || epic === undefined || unique === undefined || legendary === undefined)
      throw fault(`${path} lacks a grade`);
    return { to: row.to === null ? Infinity : whole(row.to, `${path}.to`), prices: { rare, epic, unique, legendary } };
  });
}

function parseBand(value: unknown): PotentialRules['bands'][number] {
  const band = record(value, 'bands');
  return { name: String(band.name), from: whole(band.from, 'bands.from'), to: whole(band.to, 'bands.to') };
}

const cappable: readonly Filler[] = ['decent-skill', 'invincibility-after-hit', 'on-hit-ignore', 'on-hit-invincible'];

function parseCaps(value: unknown): Map<Filler, number> {
  return new Map(
    Object.entries(record(value, 'caps')).map(([name, most]) => {
      const filler = cappable.find((known) => known === name);
      if (filler === undefined) throw fault(`caps: no kind of line is called ${name}`);
      return [filler, whole(most, `caps.${name}`)] as const;
    }),
  );
}

function fraction(value: unknown, path: string): number {
  const [numerator, denominator] = list(value, path).map((part) => whole(part, path));
  if (numerator === undefined || denominator === undefined || numerator >= denominator)
    throw fault(`${path} is not a fraction below 1`);
  return numerator / denominator;
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw fault(`${path} is not a list`);
  return value;
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(`${path} is not an object`);
  return value as Record<string, unknown>;
}

function whole(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0)
    throw fault(`${path} is not a positive whole number`);
  return value;
}

function fault(what: string): Error {
  return new Error(`potential rules: ${what}`);
}
