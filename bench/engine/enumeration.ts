import type { Filler } from '../../src/domain/valuation/lines/parse-line.ts';
import type { PoolOption } from '../../src/domain/valuation/potential/rules.ts';
import type { RollCase } from './rolls.ts';

/** What a line can be, and how likely before caps. */
interface Share {
  readonly option: PoolOption;
  readonly gives: readonly number[];
  readonly cap: Filler | undefined;
  readonly chance: number;
}

/** P(one roll is good enough) by looking at every ordered triple of options: nothing joined, nothing left out early. */
export function enumerated(given: RollCase): number {
  const { demands } = given;
  const [first, second, third] = lines(given);
  let sum = 0;
  let lost = 0;
  for (const a of first)
    for (const b of open(given, second, [a]))
      for (const c of open(given, third, [a, b])) {
        const good = demands.every(
          ({ least }, key) => (a.gives[key] ?? 0) + (b.gives[key] ?? 0) + (c.gives[key] ?? 0) >= least - 1e-9,
        );
        if (!good) continue;
        // Some hundred thousand terms: the rounding of each is kept (Kahan).
        const term = a.chance * b.chance * c.chance - lost;
        const next = sum + term;
        lost = next - sum - term;
        sum = next;
      }
  return sum;
}

/** Share of good rolls among `rolls` that are drawn. */
export function drawn(given: RollCase, rolls: number, random: () => number): number {
  const [first, second, third] = lines(given);
  const { demands } = given;
  const pick = drawer(given, random);
  let good = 0;
  for (let roll = 0; roll < rolls; roll += 1) {
    const a = pick(first, []);
    const b = pick(second, [a]);
    const c = pick(third, [a, b]);
    const meets = demands.every(
      ({ least }, key) => (a.gives[key] ?? 0) + (b.gives[key] ?? 0) + (c.gives[key] ?? 0) >= least - 1e-9,
    );
    if (meets) good += 1;
  }
  return good / rolls;
}

function lines({ roll, demands }: RollCase): readonly [Share[], Share[], Share[]] {
  const { own, lower, ownGradeRates } = roll.pools;
  const shares = (ownRate: number): Share[] =>
    [own, lower].flatMap((pool) =>
      pool.options.map((option) => ({
        option,
        gives: demands.map(({ contribution }) => contribution(option)),
        cap: option.line.kind === 'filler' && roll.caps.has(option.line.filler) ? option.line.filler : undefined,
        chance: ((pool === own ? ownRate : 1 - ownRate) * option.weight) / pool.denominator,
      })),
    );
  const [rate2, rate3] = ownGradeRates;
  return [shares(1).filter(({ chance }) => chance > 0), shares(rate2), shares(rate3)];
}

/** The line without the options whose cap is full, divided by what remains. */
function open({ roll }: RollCase, line: readonly Share[], before: readonly Share[]): readonly Share[] {
  const isFull = (cap: Filler): boolean =>
    before.filter((other) => other.cap === cap).length >= (roll.caps.get(cap) ?? Infinity);
  const left = line.filter(({ cap }) => cap === undefined || !isFull(cap));
  if (left.length === line.length) return line;
  const remains = left.reduce((sum, { chance }) => sum + chance, 0);
  return left.map((share) => ({ ...share, chance: share.chance / remains }));
}

/** Draws from a line again until no cap forbids the result: the same as dividing by what remains. */
function drawer({ roll }: RollCase, random: () => number) {
  const sums = new Map<readonly Share[], Float64Array>();
  const sumsOf = (line: readonly Share[]): Float64Array => {
    let sum = 0;
    const known = sums.get(line) ?? Float64Array.from(line, ({ chance }) => (sum += chance));
    sums.set(line, known);
    return known;
  };
  return (line: readonly Share[], before: readonly Share[]): Share => {
    for (;;) {
      const draw = random();
      const share = line[sumsOf(line).findIndex((sum) => sum > draw)] ?? line.at(-1);
      if (share === undefined) throw new Error('an empty line');
      const { cap } = share;
      const most = cap === undefined ? Infinity : (roll.caps.get(cap) ?? Infinity);
      if (before.filter((other) => other.cap === cap).length < most) return share;
    }
  };
}
